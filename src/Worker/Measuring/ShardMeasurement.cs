using AttnSweep.Catalogue;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Sweeps;
using AttnSweep.Theory;

namespace AttnSweep.Worker.Measuring;

/// <summary>
/// Measures shards on one device: the input, its sparsity, every kernel verified, then the trials. In each trial all cells and
/// the dense baseline take their series in an order drawn anew, so that a drift of the machine hits all alike.
/// </summary>
internal sealed class ShardMeasurement(IDevice device, Action<RunnerProtocol.Event> tell)
{
    private AttentionInput? _input;

    public void Measure(ShardWork work)
    {
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

        using var cells = new VerifiedCells(device, _input!, verifier);
        foreach (var cell in work.Cells)
        {
            stages.Begin("verify", cell.CellId);
            if (cells.Verify(cell) is { } ended)
            {
                tell(new RunnerProtocol.CellFinished(ended));
            }
        }

        var series = MeasureTrials(work, cells, stages);
        foreach (var cell in cells.Right)
        {
            tell(new RunnerProtocol.CellFinished(cell.Result(Trials(series, cell, cells.Dense))));
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
        var rows = new RowSparsity();
        verifier.MeasureSparsity(rows, rules.Rows);
        return new SparsityResult(rows.Rows, rows.Summarise(), SparsityTheory.Predict(input));
    }

    private static List<Dictionary<VerifiedCell, Series>> MeasureTrials(ShardWork work, VerifiedCells cells, Stages stages)
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

        for (var trial = 0; trial < work.Measure.Trials; trial++)
        {
            var order = contenders.ToArray();
            new Random(HashCode(work.Lease, trial)).Shuffle(order);
            var series = new Dictionary<VerifiedCell, Series>();
            foreach (var contender in order)
            {
                stages.Begin("trial", contender.Cell?.CellId);
                series[contender] = Series.Take(cells.Ready(contender), work.Measure);
            }

            trials.Add(series);
        }

        return trials;
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
    private readonly int _all = 3 + work.Cells.Count + (work.Measure.Trials * (work.Cells.Count + 1));
    private int _begun;

    public void Begin(string stage, long? cellId) =>
        tell(new RunnerProtocol.CellStarted(stage, cellId, Math.Min(1, (double)_begun++ / _all)));
}
