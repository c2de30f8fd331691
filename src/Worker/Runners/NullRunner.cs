using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Statistics;

namespace AttnSweep.Worker.Runners;

/// <summary>
/// Measures nothing: a shard takes its rules' <c>MinSeconds</c> and yields made-up results with its rules' number of trials. What is left
/// is the cost of the fabric, for <c>attnsweep bench dispatch</c>.
/// </summary>
internal sealed class NullRunner(string deviceId, TimeProvider clock, Action<object> tell) : IRunner
{
    private static readonly double[] Samples = [10, 11, 12, 13, 14];
    private static readonly SampleSummary Summary = SampleStatistics.Summarise(Samples, 0.95);

    private int _generation;
    private bool _alive;

    public string LastWords => "";

    public int Give(ShardWork work)
    {
        _generation += _alive ? 0 : 1;
        _alive = true;
        if (work.Measure.MinSeconds > 0)
        {
            _ = FinishLaterAsync(work, _generation);
        }
        else
        {
            Finish(work, _generation);
        }

        return _generation;
    }

    /// <summary>What was begun still ends, under the old number.</summary>
    public void Kill() => _alive = false;

    private async Task FinishLaterAsync(ShardWork work, int generation)
    {
        await Task.Delay(TimeSpan.FromSeconds(work.Measure.MinSeconds), clock);
        Finish(work, generation);
    }

    private void Finish(ShardWork work, int generation)
    {
        foreach (var cell in work.Cells)
        {
            tell(new RunnerSaid(deviceId, generation, new RunnerProtocol.CellFinished(Result(cell.CellId, work.Measure.Trials))));
        }

        tell(new RunnerSaid(deviceId, generation, new RunnerProtocol.ShardFinished(work.Lease.ShardId, work.Lease.Attempt)));
    }

    private static CellResult Result(long cellId, int trials) => trials == 0
        ? new CellResult(cellId, Outcome.Unsupported, "the null runner measures nothing", null, 0, 0, 1, [])
        : new CellResult(
            cellId, Outcome.Ok, null, new KernelError(256, 0.01, 0.02, 0.1, 1e-7, 2e-7, 0), 1, 1, 1,
            [.. Enumerable.Range(0, trials).Select(trial => new TrialResult(trial, Samples, Summary, "null", 0, 1, 0, 10))]);
}
