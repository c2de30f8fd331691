using System.Globalization;
using AttnSweep.Scheduling;

namespace AttnSweep.Simulation.Exploration;

/// <summary>
/// A random schedule of messages and faults: three workers, coordinators that are replaced and do not know it, reports that are cut into chunks,
/// duplicated, reordered, late or never sent, leases that run out, runs that are paused. After each step the invariants must hold, and when the
/// faults are over every cell must come to its one result.
/// </summary>
public sealed class ScheduleExploration
{
    private const int Workers = 3;

    private readonly IFencedShards _shards;
    private readonly Random _random;
    private readonly List<long> _epochs = [];
    private readonly List<(GrantedShard Shard, string Worker, long Epoch)> _leases = [];
    private readonly List<Report> _onTheWay = [];
    private readonly HashSet<(int Shard, int Attempt)> _granted = [];
    private readonly HashSet<(int Shard, int Attempt, int Chunk)> _recorded = [];
    private readonly Dictionary<int, HashSet<int>> _mayRecord = [];
    private readonly List<string> _history = [];

    private ScheduleExploration(IFencedShards shards, int seed) => (_shards, _random) = (shards, new Random(seed));

    /// <param name="cells">Cells that must have a result in the end.</param>
    /// <returns>What was answered, step by step: the same for every implementation that follows the rules.</returns>
    /// <exception cref="BrokenInvariantException">An invariant does not hold; the message tells the schedule.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(IFencedShards shards, int seed, int steps, int cells)
    {
        var exploration = new ScheduleExploration(shards, seed);
        exploration._epochs.Add(await shards.TakeEpochAsync());
        for (var step = 0; step < steps; step++)
        {
            await exploration.StepAsync();
        }

        await exploration.FinishAsync(cells);
        return exploration._history;
    }

    private Task StepAsync() => _random.Next(100) switch
    {
        < 30 => GrantAsync(),
        < 45 => MeasureAsync(),
        < 72 => DeliverAsync(),
        < 78 => ReturnAsync(),
        < 83 => LeaveAsync(),
        < 87 => ExpireAsync(),
        < 90 => TakeOverAsync(),
        < 94 => StopAsync(),
        _ => SpeculateAsync(),
    };

    private async Task GrantAsync()
    {
        var (epoch, worker) = (AnyEpoch(), AnyWorker());
        var granted = await _shards.GrantAsync(epoch, worker);
        Tell($"grant e{epoch} {worker} -> {(granted is null ? "nothing" : $"s{granted.Shard} a{granted.Attempt} [{string.Join(',', granted.Cells)}]")}");
        Take(granted, worker, epoch, alone: true);
    }

    private Task SpeculateAsync()
    {
        // Second attempts are in the rules; the statements for them have a contract test of their own.
        if (_leases.Count == 0)
        {
            return Task.CompletedTask;
        }

        // The numbers are drawn in either case, so that the schedule is the same.
        var (epoch, worker, running) = (AnyEpoch(), AnyWorker(), _leases[_random.Next(_leases.Count)].Shard);
        if (_shards is not RuledShards ruled)
        {
            return Task.CompletedTask;
        }

        var granted = ruled.Speculate(epoch, running, worker);
        Tell($"second attempt e{epoch} {worker} beside s{running.Shard} a{running.Attempt} -> {(granted is null ? "nothing" : $"a{granted.Attempt}")}");
        Take(granted, worker, epoch, alone: false);
        return Task.CompletedTask;
    }

    private void Take(GrantedShard? granted, string worker, long epoch, bool alone)
    {
        if (granted is null)
        {
            return;
        }

        Demand(epoch == _epochs[^1], "a superseded coordinator granted a shard");
        Demand(_granted.Add((granted.Shard, granted.Attempt)), "one attempt was granted twice");
        Demand(granted.Cells.Count > 0, "a shard without a missing cell was granted");
        var before = _mayRecord.GetValueOrDefault(granted.Shard, []);
        _mayRecord[granted.Shard] = alone ? [granted.Attempt] : [granted.Attempt, before.DefaultIfEmpty(0).Max()];
        _leases.Add((granted, worker, epoch));
    }

    /// <summary>A worker is done with what it holds, or thinks it holds, and cuts its report into chunks.</summary>
    private Task MeasureAsync()
    {
        if (_leases.Count == 0)
        {
            return Task.CompletedTask;
        }

        var (shard, worker, _) = _leases[_random.Next(_leases.Count)];
        var cells = shard.Cells.ToList();
        if (_random.Next(8) == 0)
        {
            // Its spool mixed up: a cell that it reported in an earlier attempt comes again.
            cells.Insert(0, (10L * shard.Shard) + 1);
        }

        var cut = _random.Next(1, cells.Count + 1);
        var forgets = _random.Next(10) == 0 ? 1 : 0;
        if (cut < cells.Count)
        {
            _onTheWay.Add(new Report(shard, worker, 0, false, cells[..cut]));
            _onTheWay.Add(new Report(shard, worker, 1, true, cells[cut..^Math.Min(forgets, cells.Count - cut)]));
        }
        else
        {
            _onTheWay.Add(new Report(shard, worker, 0, true, cells[..^Math.Min(forgets, cells.Count - 1)]));
        }

        return Task.CompletedTask;
    }

    private async Task DeliverAsync()
    {
        if (_onTheWay.Count == 0)
        {
            return;
        }

        var at = _random.Next(_onTheWay.Count);
        var report = _onTheWay[at];
        if (_random.Next(4) > 0)
        {
            // Otherwise it comes again later: a resend, or a duplicate.
            _onTheWay.RemoveAt(at);
        }

        await DeliverAsync(report, AnyEpoch());
    }

    private async Task DeliverAsync(Report report, long epoch)
    {
        var (shard, chunk) = (report.Shard, report.Chunk);
        var answer = await _shards.RecordAsync(epoch, shard, report.Worker, chunk, report.Final, report.Cells);
        Tell($"report e{epoch} {report.Worker} s{shard.Shard} a{shard.Attempt} chunk {chunk}{(report.Final ? "!" : "")} [{string.Join(',', report.Cells)}] -> {answer}");
        if (answer == GateAnswer.Recorded)
        {
            Demand(epoch == _epochs[^1], "a superseded coordinator recorded");
            Demand(_mayRecord[shard.Shard].Contains(shard.Attempt), "an attempt recorded that no longer has the shard");
            Demand(_recorded.Add((shard.Shard, shard.Attempt, chunk)), "one chunk was recorded twice");
            Demand(chunk == 0 || _recorded.Contains((shard.Shard, shard.Attempt, chunk - 1)), "a chunk was recorded before the one before it");
            _mayRecord[shard.Shard] = [shard.Attempt];
        }

        var twice = (await _shards.WrittenAsync()).FirstOrDefault(written => written.Value > 1);
        Demand(twice.Value <= 1, $"cell {twice.Key} was written {twice.Value} times");
    }

    private async Task ReturnAsync()
    {
        if (_leases.Count == 0)
        {
            return;
        }

        var (shard, worker, _) = _leases[_random.Next(_leases.Count)];
        var epoch = AnyEpoch();
        Tell($"return e{epoch} {worker} s{shard.Shard} a{shard.Attempt} -> {await _shards.ReturnAsync(epoch, shard, worker)}");
    }

    private async Task LeaveAsync()
    {
        var worker = AnyWorker();
        await _shards.LeaveAsync(_epochs[^1], worker);
        Tell($"{worker} leaves");
    }

    private async Task ExpireAsync()
    {
        await _shards.ExpireAsync(_epochs[^1]);
        Tell($"leases run out");
    }

    private async Task TakeOverAsync()
    {
        _epochs.Add(await _shards.TakeEpochAsync());
        Tell($"epoch {_epochs[^1]}");
    }

    private async Task StopAsync()
    {
        await _shards.PauseAsync();
        Tell($"paused");
        if (_onTheWay.Count > 0)
        {
            await DeliverAsync(_onTheWay[_random.Next(_onTheWay.Count)], _epochs[^1]);
        }

        await _shards.ResumeAsync();
        Tell($"resumed");
    }

    /// <summary>The faults are over: one worker does what is left.</summary>
    private async Task FinishAsync(int cells)
    {
        await _shards.ExpireAsync(_epochs[^1]);
        for (var round = 0; round < 10 * cells; round++)
        {
            var granted = await _shards.GrantAsync(_epochs[^1], "last");
            Take(granted, "last", _epochs[^1], alone: true);
            if (granted is null)
            {
                break;
            }

            await DeliverAsync(new Report(granted, "last", 0, true, granted.Cells), _epochs[^1]);
        }

        var written = await _shards.WrittenAsync();
        Demand(written.Count == cells && written.Values.All(times => times == 1), $"{cells - written.Count} cells have no result in the end");
    }

    private long AnyEpoch() => _random.Next(5) == 0 ? _epochs[_random.Next(_epochs.Count)] : _epochs[^1];

    private string AnyWorker() => string.Create(CultureInfo.InvariantCulture, $"w{_random.Next(Workers)}");

    private void Tell(FormattableString line) => _history.Add(line.ToString(CultureInfo.InvariantCulture));

    private void Demand(bool holds, string what)
    {
        if (!holds)
        {
            throw new BrokenInvariantException($"{what}\n{string.Join('\n', _history)}");
        }
    }

    private sealed record Report(GrantedShard Shard, string Worker, int Chunk, bool Final, IReadOnlyList<long> Cells);
}

/// <summary>A schedule led to what must never be; the message is what, and then the schedule.</summary>
public sealed class BrokenInvariantException(string message) : Exception(message);
