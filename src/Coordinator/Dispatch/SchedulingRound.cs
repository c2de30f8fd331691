using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Scheduling;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>What scheduling looks after every few seconds: budgets and deadlines, devices that fail what others complete, cells without a chance, costs.</summary>
internal sealed class SchedulingRound(Database database)
{
    private readonly SchedulingStore _scheduling = new(database);
    private readonly RunStore _runs = new(database);
    private readonly CostStore _costs = new(database);

    /// <param name="ended">Runs that have just ended: what launches cost is fitted anew.</param>
    public async Task LookAsync(IReadOnlyList<long> ended, CancellationToken cancellation)
    {
        foreach (var (run, why) in await _scheduling.OverLimitsAsync(cancellation))
        {
            await _runs.PauseAsync(run, cancellation, why);
        }

        await _scheduling.QuarantineAsync(cancellation);
        await _scheduling.ForgiveLonelyAsync(cancellation);
        await _scheduling.SkipHopelessAsync(cancellation);
        if (ended.Count > 0)
        {
            await _costs.RefitAsync(cancellation);
        }
    }
}
