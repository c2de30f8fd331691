using System.Collections.Immutable;
using AttnSweep.Scheduling;
using AttnSweep.Simulation.Cluster;
using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation.Dispatch;

/// <summary>
/// The coordinator and its store in the simulated world. Every decision is made by the rules of <c>AttnSweep.Scheduling</c>; this class keeps
/// what the store keeps and carries their answers out.
/// </summary>
internal sealed class SimulatedCoordinator(PlannedWork work, IReadOnlyList<SimulatedNode> nodes, EventQueue clock, LeaseRules rules)
{
    /// <summary>Of each run, as many as the store is asked for.</summary>
    private const int Candidates = 16;

    private readonly Dictionary<long, (int Failures, List<SimulatedNode> On)> _failed = [];
    private readonly Dictionary<string, HashSet<Attempt>> _running = [];
    private readonly Dictionary<string, (double At, Outlook Outlook, double Fastest)> _outlook = [];
    private readonly byte[] _results = new byte[work.Cells];
    private IReadOnlyList<DeviceStanding> _standings = [];
    private double _standingsAt = -1;

    public ShardQueues Queues { get; } = new([.. nodes.Select(n => n.Memory).Distinct().Order()]);

    public Totals Totals { get; } = new();

    public IReadOnlyList<SimulatedRunState> Runs { get; } = [.. work.Runs.Select((run, index) => new SimulatedRunState(index, run, work.CellsOf[index]))];

    public long Epoch { get; set; } = 1;

    public int CellsLeft { get; private set; } = work.Cells;

    public Dictionary<string, double> EndedAt { get; } = [];

    public double EstimatedDone { get; private set; }

    public void Submit(SimulatedRunState run)
    {
        run.BeginsWith = FairShare.BeginsWith(Runs.Where(r => r.Submitted && r.Left > 0 && r.Run.Priority == run.Run.Priority).Select(r => r.Standing));
        (run.Submitted, run.SubmittedAt) = (true, clock.Now);
        Queues.Submit(work, run.Index);
    }

    /// <returns>What the device works on next; null where it gets nothing.</returns>
    public Attempt? Grant(SimulatedNode node)
    {
        if (node.Quarantined)
        {
            return null;
        }

        var (outlook, fastest) = Look(node.Backend);
        var device = node.Standing;
        var decision = GrantChoice.Choose(
            device, [.. Runs.Where(run => run.Submitted && run.Left > 0).Select(run => run.Standing)],
            run => Queues.Candidates(node.Backend, (int)run, node.Memory, node.LastInput, Candidates).Select(shard => shard.Queued()),
            Standings(), outlook, fastest);
        return decision is null ? Speculate(node, device) : Give(node, Queues.All[(int)decision.ShardId], decision.Cells);
    }

    /// <returns>What the worker is told.</returns>
    public GateAnswer Record(Attempt attempt, long epoch)
    {
        var shard = attempt.Shard;
        var (answer, next, accepted) = rules.Record(
            shard.Lease!, Epoch, epoch, new ReportedChunk(attempt.Node.Worker, attempt.Number, 0, true, attempt.Cells));
        if (answer != GateAnswer.Recorded)
        {
            if (answer == GateAnswer.Stale)
            {
                Totals.Stale++;
                Totals.Wasted += attempt.Spent;
            }

            return answer;
        }

        var (node, run) = (attempt.Node, Runs[shard.Run]);
        foreach (var cell in accepted)
        {
            Settle(run, shard.Backend, cell, "ok");
            if (_failed.TryGetValue(cell, out var failure))
            {
                failure.On.ForEach(device => Blame(device));
                _failed.Remove(cell);
            }
        }

        node.Completed += accepted.Length;
        node.EstimatedDone += attempt.EstimatedSeconds;
        node.RealDone += attempt.Spent;
        EstimatedDone += attempt.EstimatedSeconds;
        Move(shard, next);
        return answer;
    }

    /// <summary>The runner died on a cell.</summary>
    public void Return(Attempt attempt, long epoch)
    {
        var shard = attempt.Shard;
        var (accepted, next) = rules.Return(shard.Lease!, Epoch, epoch, attempt.Node.Worker, attempt.Number);
        Totals.Wasted += attempt.Spent;
        if (!accepted)
        {
            return;
        }

        var cell = attempt.Poison!.Value;
        var (failures, on) = _failed.GetValueOrDefault(cell, (0, []));
        _failed[cell] = (failures + 1, [.. on, attempt.Node]);
        shard.FailedOn = shard.FailedOn.Add(new DevicePlace(attempt.Node.Worker, "0"));
        if (RetryRule.Decide(failures + 1) == AfterFailure.SetAside && next.Missing.Contains(cell))
        {
            Settle(Runs[shard.Run], shard.Backend, cell, "crashed");
            var missing = next.Missing.Remove(cell);
            next = next with { Missing = missing, Phase = missing.IsEmpty && next.Phase == ShardPhase.Queued ? ShardPhase.Done : next.Phase };
        }

        Move(shard, next);
    }

    /// <summary>Its process vanished, or its lease ran out.</summary>
    public void Lose(Attempt attempt)
    {
        var shard = attempt.Shard;
        if (shard.Lease is { Phase: ShardPhase.Leased } lease)
        {
            if (lease.Attempt == attempt.Number)
            {
                Move(shard, rules.Lose(lease));
            }
            else if (lease.Survivor?.Attempt == attempt.Number)
            {
                shard.Lease = lease with { Survivor = null };
            }
        }
    }

    /// <summary>A coordinator of before, that does not know yet, tries to grant.</summary>
    public void GrantAsOld(SimulatedNode node, long oldEpoch)
    {
        var shard = Queues.Candidates(node.Backend, 0, node.Memory, null, 1).FirstOrDefault();
        if (shard is null)
        {
            return;
        }

        if (rules.Grant(LeaseOf(shard), Epoch, oldEpoch, node.Worker, "old") is null)
        {
            Totals.OldGrantsRefused++;
        }
        else
        {
            Totals.OldGrantsAccepted++;
        }
    }

    public (long Lost, long Duplicated) Check() => (_results.LongCount(r => r == 0), _results.LongCount(r => r > 1));

    /// <summary>The other attempt of a shard that was decided, if there is one: its device may stop.</summary>
    public static Attempt? Other(Attempt attempt) => attempt.Shard.First == attempt ? attempt.Shard.Second : attempt.Shard.First;

    public void Ended(Attempt attempt)
    {
        if (_running.TryGetValue(attempt.Shard.Backend, out var running) && running.Remove(attempt))
        {
            var run = Runs[attempt.Shard.Run];
            run.InProgress -= attempt.EstimatedSeconds;
            run.DeviceSeconds += attempt.Spent;
            Totals.Spent += attempt.Spent;
        }
    }

    /// <summary>What is told after 10 % of the cost is kept, to be held against what comes.</summary>
    public void NoteForecast(double planned)
    {
        if (double.IsNaN(Totals.EtaAt) && EstimatedDone >= 0.1 * planned && Runs.All(run => run.Submitted))
        {
            (Totals.EtaAt, Totals.EtaSeconds) = (clock.Now, Forecast.SecondsLeft(nodes, backend => Queues.Seconds(backend) + InProgress(backend)) ?? double.NaN);
        }
    }

    private Attempt Give(SimulatedNode node, SimulatedShard shard, int cells)
    {
        Queues.Remove(shard);
        var lease = LeaseOf(shard);
        if (cells < lease.Missing.Count)
        {
            Split(shard, lease, cells);
            lease = LeaseOf(shard);
        }

        shard.Lease = rules.Grant(lease, Epoch, Epoch, node.Worker, FormattableString.Invariant($"{node.Worker}/{node.Incarnation}"))
            ?? throw new InvalidOperationException($"shard {shard.Id} was chosen and cannot be granted");
        return Note(node, shard);
    }

    private Attempt? Speculate(SimulatedNode node, DeviceStanding device)
    {
        var chosen = SpeculationRule.Choose(
            device,
            _running.GetValueOrDefault(node.Backend, [])
                .Where(a => a.Shard.Current == a && a.Shard.Lease!.Phase == ShardPhase.Leased)
                .Select(a => new RunningShard(
                    a.Shard.Id, a.Shard.Run, a.Number, a.Node.Worker, a.EstimatedSeconds, a.Node.LearnedSpeed, clock.Now - a.Begun,
                    a.Node.Phase == NodePhase.Up ? Math.Clamp((clock.Now - a.Begun) / Math.Max(a.Ends - a.Begun, 1e-9), 0, 1) : 0, a.Shard.Lease!.Survivor is not null)),
            shard => PlacementRule.Fits(device, Runs[(int)shard.RunId].Standing, Queues.All[(int)shard.ShardId].Queued(), Standings()));
        if (chosen is null)
        {
            return null;
        }

        var target = Queues.All[(int)chosen.ShardId];
        if (rules.Speculate(target.Lease!, Epoch, Epoch, chosen.Attempt, node.Worker, "second") is not { } lease)
        {
            return null;
        }

        target.Lease = lease;
        Totals.SecondAttempts++;
        target.First = target.Current;
        target.Second = Note(node, target);
        return target.Second;
    }

    private Attempt Note(SimulatedNode node, SimulatedShard shard)
    {
        var attempt = new Attempt(shard, shard.Lease!.Attempt, node, [.. shard.Lease.Missing], clock.Now) { EstimatedSeconds = shard.Seconds };
        shard.Current = attempt;
        var run = Runs[shard.Run];
        run.StartedAt = double.IsNaN(run.StartedAt) ? clock.Now : run.StartedAt;
        run.InProgress += attempt.EstimatedSeconds;
        if (!_running.TryGetValue(node.Backend, out var running))
        {
            _running[node.Backend] = running = [];
        }

        running.Add(attempt);
        Totals.Grants++;
        return attempt;
    }

    /// <summary>The first cells are granted now; the others go back into the queue as a shard of their own.</summary>
    private void Split(SimulatedShard shard, LeaseRecord lease, int cells)
    {
        var rest = new SimulatedShard(Queues.All.Count, shard.Run, shard.Input, shard.Backend, shard.FirstCell, 0, shard.Overhead, shard.LeastMemory)
        {
            Lease = LeaseRecord.Queued(lease.Missing.Skip(cells)),
            FailedOn = shard.FailedOn,
        };
        rest.Count = rest.Lease.Missing.Count;
        rest.Seconds = Estimate(rest, rest.Lease.Missing);
        Queues.All.Add(rest);
        shard.Lease = lease with { Missing = [.. lease.Missing.Take(cells)] };
        shard.Seconds = Estimate(shard, shard.Lease.Missing);
        Queues.Add(rest);
        Totals.Splits++;
        Totals.Wasted += shard.Overhead;
    }

    private void Move(SimulatedShard shard, LeaseRecord next)
    {
        shard.Lease = next;
        if (next.Phase == ShardPhase.Queued && shard.Current is not null)
        {
            (shard.Current, shard.First, shard.Second) = (null, null, null);
            shard.Seconds = Estimate(shard, next.Missing);
            Queues.Add(shard);
        }
        else if (next.Phase == ShardPhase.Done)
        {
            (shard.Done, shard.Current) = (true, null);
        }
    }

    private void Settle(SimulatedRunState run, string backend, long cell, string outcome)
    {
        _results[cell]++;
        Totals.Outcomes[outcome] = Totals.Outcomes.GetValueOrDefault(outcome) + 1;
        CellsLeft--;
        EndedAt[backend] = clock.Now;
        if (--run.Left == 0)
        {
            run.EndedAt = clock.Now;
        }
    }

    private static void Blame(SimulatedNode node)
    {
        node.Blamed++;
        node.Quarantined |= QuarantineRule.Why(node.Blamed, node.Completed) is not null;
    }

    private double Estimate(SimulatedShard shard, ImmutableSortedSet<long> missing) => shard.Overhead + missing.Sum(cell => work.Estimated((int)cell));

    private static LeaseRecord LeaseOf(SimulatedShard shard) =>
        shard.Lease ??= LeaseRecord.Queued(Enumerable.Range(shard.FirstCell, shard.Count).Select(cell => (long)cell));

    private double InProgress(string backend) => _running.GetValueOrDefault(backend, [])
        .Where(a => a.Shard.Current == a)
        .Sum(a => Math.Max(0, a.EstimatedSeconds - ((clock.Now - a.Begun) * a.Node.LearnedSpeed)));

    /// <summary>Looked up anew every half second, as the coordinator does.</summary>
    private (Outlook Outlook, double Fastest) Look(string backend)
    {
        if (!_outlook.TryGetValue(backend, out var last) || clock.Now - last.At > 0.5)
        {
            var at = nodes.Where(n => n.Backend == backend && n.Phase == NodePhase.Up && !n.Quarantined).ToList();
            last = (clock.Now, new Outlook(0, InProgress(backend), at.Sum(n => n.LearnedSpeed)), at.Select(n => n.LearnedSpeed).DefaultIfEmpty(1).Max());
            _outlook[backend] = last;
        }

        return (last.Outlook with { QueuedSeconds = Queues.Seconds(backend) }, last.Fastest);
    }

    private IReadOnlyList<DeviceStanding> Standings()
    {
        if (clock.Now - _standingsAt > 5 || _standingsAt < 0)
        {
            (_standings, _standingsAt) = ([.. nodes.Where(n => n.Phase == NodePhase.Up && !n.Quarantined).Select(n => n.Standing)], clock.Now);
        }

        return _standings;
    }
}
