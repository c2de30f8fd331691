using System.Diagnostics;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Sweeps;
using AttnSweep.Theory;
using AttnSweep.Worker.Machine;

namespace AttnSweep.Worker.Measuring;

/// <summary>
/// Measures shards on one device: the input, its sparsity, every kernel verified, then the trials. In each trial all cells and
/// the dense baseline take their series in an order drawn anew, so that a drift of the machine hits all alike. The last trials may be
/// taken in a process of their own.
/// </summary>
/// <param name="fresh">Takes the trials of fresh processes; null takes all trials here, and says so in their conditions.</param>
internal sealed class ShardMeasurement(IDevice device, Action<RunnerProtocol.Event> tell, FreshRunner? fresh = null) : IDisposable
{
    /// <summary>A device that has rested this long has let its clocks fall and its caches go.</summary>
    private const double IdleSeconds = 2;

    /// <summary>A fresh process runs the same code on the same input; a few rows show that it does.</summary>
    private const int FreshVerifyRows = 16;

    private readonly MachineWatch _watch = new(device.Info.Id);
    private readonly DeviceCeilings? _ceilings = device.MeasureCeilings();
    private AttentionInput? _input;
    private long? _lastLaunch;

    public void Dispose() => _watch.Dispose();

    public void Measure(ShardWork work)
    {
        PeakMemory.Reset();
        var stages = new Stages(work, tell);
        stages.Begin("input", null);
        if (_input?.Spec != work.Input && !TryMakeInput(work))
        {
            return;
        }

        var verifier = new KernelVerifier(_input!, work.Measure.VerifyRows);
        if (work.Sparsity is { } rules)
        {
            stages.Begin("sparsity", null);
            tell(new RunnerProtocol.SparsityMeasured(MeasureSparsity(verifier, rules, work.Input)));
        }

        using var cells = new VerifiedCells(device, _input!, verifier, _ceilings);
        var under = new SeriesConditions(device, _watch, FreshProcess: false);
        var whyNot = under.WhyNot(work.Measure);
        foreach (var cell in work.Cells.Where(_ => whyNot is not null))
        {
            tell(new RunnerProtocol.CellFinished(new CellResult(
                cell.CellId, Outcome.Unsupported, whyNot, null, 0, 0, KernelDefinition.DenseFlops(work.Input), [])));
        }

        foreach (var cell in work.Cells.Where(_ => whyNot is null))
        {
            stages.Begin("verify", cell.CellId);
            if (cells.Verify(cell) is { } ended)
            {
                tell(new RunnerProtocol.CellFinished(ended));
            }
        }

        var series = MeasureTrials(work, cells, under, stages);
        var dense = cells.Right.Count > 0 ? cells.Dense : null;
        var afresh = MeasureAfresh(work, cells, series.Count, stages);
        foreach (var cell in cells.Right)
        {
            var others = afresh.Select(results => results[cell.Cell!.CellId]).ToList();
            // A kernel that is right here and wrong or too large in the next process is not right.
            var result = others.FirstOrDefault(r => r.Outcome != Outcome.Ok)
                ?? cell.Result([.. Trials(series, cell, dense), .. others.SelectMany(r => r.Trials)]);
            tell(new RunnerProtocol.CellFinished(result));
        }

        tell(new RunnerProtocol.ShardFinished(work.Lease.ShardId, work.Lease.Attempt));
    }

    /// <summary>An input that cannot be made is no crash: every cell of the shard ends with the reason.</summary>
    private bool TryMakeInput(ShardWork work)
    {
        _input = null;
        try
        {
            _input = AttentionInput.Create(work.Input);
            return true;
        }
        catch (Exception problem) when (problem is OutOfMemoryException or OverflowException)
        {
            End(Outcome.OutOfMemory, $"the input ({work.Input.Heads} heads, n = {work.Input.N}, d = {work.Input.D}) does not fit into the host's memory");
        }
        catch (InputProblemException problem)
        {
            // skipped is tried again by a resumed run: the file may be there then, or another worker has it.
            End(problem.IsOfThisMachine ? Outcome.Skipped : Outcome.Unsupported, problem.Message);
        }

        return false;

        void End(Outcome outcome, string detail)
        {
            foreach (var cell in work.Cells)
            {
                tell(new RunnerProtocol.CellFinished(new CellResult(
                    cell.CellId, outcome, detail, null, 0, 0, KernelDefinition.DenseFlops(work.Input), [])));
            }

            tell(new RunnerProtocol.ShardFinished(work.Lease.ShardId, work.Lease.Attempt));
        }
    }

    private static SparsityResult MeasureSparsity(KernelVerifier verifier, SparsityRules rules, InputSpec input)
    {
        var begun = Stopwatch.GetTimestamp();
        var rows = new RowSparsity();
        verifier.MeasureSparsity(rows, rules.Rows);
        var metrics = rows.Summarise().AddRange(verifier.MeasureBlocks(rules.Rows));
        if (verifier.MeasureAlpha(rules.Rows) is { } alpha)
        {
            metrics = metrics.Add(SparsityMetrics.Alpha, alpha);
        }

        return new SparsityResult(rows.Rows, metrics, SparsityTheory.Predict(input), Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    /// <summary>The trials of fresh processes, by cell; each process makes and verifies on its own.</summary>
    private List<IReadOnlyDictionary<long, CellResult>> MeasureAfresh(ShardWork work, VerifiedCells cells, int first, Stages stages)
    {
        var trials = new List<IReadOnlyDictionary<long, CellResult>>();
        if (fresh is null || cells.Right.Count == 0)
        {
            return trials;
        }

        cells.Release();
        for (var trial = first; trial < work.Measure.Trials; trial++)
        {
            var index = trial;
            var results = fresh.Measure(
                work with
                {
                    Cells = [.. cells.Right.Select(c => c.Cell!)],
                    Sparsity = null,
                    Measure = work.Measure with { Trials = 1, FreshProcessTrials = 0, VerifyRows = Math.Min(work.Measure.VerifyRows, FreshVerifyRows) },
                },
                stage => stages.Begin(stage.Stage, stage.CellId));
            trials.Add(results.ToDictionary(r => r.Key, r => r.Value with
            {
                Trials = [.. r.Value.Trials.Select(t => t with { Trial = index, Conditions = t.Conditions is { } known ? known with { FreshProcess = true } : null })],
            }));
        }

        return trials;
    }

    private List<Dictionary<VerifiedCell, Series>> MeasureTrials(ShardWork work, VerifiedCells cells, SeriesConditions under, Stages stages)
    {
        var trials = new List<Dictionary<VerifiedCell, Series>>();
        if (cells.Right.Count == 0)
        {
            return trials;
        }

        stages.Begin("verify", null);
        var contenders = cells.Right.ToList();
        if (cells.Dense is { } dense && !contenders.Contains(dense))
        {
            contenders.Add(dense);
        }

        var here = fresh is null ? work.Measure.Trials : work.Measure.Trials - work.Measure.FreshProcessTrials;
        if (here > 0)
        {
            WarmUpDevice(cells, contenders, work.Measure.DeviceWarmUpSeconds);
        }

        for (var trial = 0; trial < here; trial++)
        {
            var order = contenders.ToArray();
            new Random(HashCode(work.Lease, trial)).Shuffle(order);
            var series = new Dictionary<VerifiedCell, Series>();
            foreach (var contender in order)
            {
                stages.Begin("trial", contender.Cell?.CellId);
                series[contender] = Series.Take(cells.Ready(contender), work.Measure, under);
                _lastLaunch = Stopwatch.GetTimestamp();
            }

            trials.Add(series);
        }

        return trials;
    }

    /// <summary>Untimed launches of what is going to be measured, where the device has rested.</summary>
    private void WarmUpDevice(VerifiedCells cells, List<VerifiedCell> contenders, double seconds)
    {
        if (seconds <= 0 || (_lastLaunch is { } last && Stopwatch.GetElapsedTime(last).TotalSeconds < IdleSeconds))
        {
            return;
        }

        foreach (var contender in contenders)
        {
            var kernel = cells.Ready(contender);
            var begun = Stopwatch.GetTimestamp();
            do
            {
                kernel.Launch(1);
            }
            while (Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds / contenders.Count);
        }
    }

    private static List<TrialResult> Trials(List<Dictionary<VerifiedCell, Series>> trials, VerifiedCell cell, VerifiedCell? dense) =>
        [.. trials.Select((series, trial) => series[cell].ToResult(trial, dense is null ? null : series[dense].Summary.Median))];

    /// <summary>The same order when the same attempt is measured by hand again.</summary>
    private static int HashCode(Lease lease, int trial) =>
        unchecked((int)((lease.ShardId * 1_000_003 + lease.Attempt) * 8191 + trial));
}

/// <summary>Tells when a stage begins, and what share of the shard's stages is behind it.</summary>
internal sealed class Stages(ShardWork work, Action<RunnerProtocol.Event> tell)
{
    private readonly int _all = 3 + work.Cells.Count + (work.Measure.Trials * (work.Cells.Count + 1)) + (work.Measure.FreshProcessTrials * (3 + work.Cells.Count));
    private int _begun;

    public void Begin(string stage, long? cellId) =>
        tell(new RunnerProtocol.CellStarted(stage, cellId, Math.Min(1, (double)_begun++ / _all)));
}
