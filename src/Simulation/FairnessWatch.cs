using AttnSweep.Simulation.Dispatch;

namespace AttnSweep.Simulation;

/// <summary>How equally runs of one priority share the devices while each of them has shards in the queue.</summary>
internal sealed class FairnessWatch(SimulatedCoordinator coordinator)
{
    private readonly Dictionary<int, double> _before = [];
    private readonly Dictionary<int, double> _had = [];

    public void Look()
    {
        var of = coordinator.Runs.Where(run => run.Run.Priority == 0).ToList();
        var together = of.All(run => run.Submitted && coordinator.Queues.Has(run.Index));
        foreach (var run in of)
        {
            var used = run.DeviceSeconds + run.InProgress;
            if (together && _before.TryGetValue(run.Index, out var before))
            {
                _had[run.Index] = _had.GetValueOrDefault(run.Index) + used - before;
            }

            _before[run.Index] = used;
        }
    }

    /// <summary>Jain's index: (sum x)^2 / (n sum x^2).</summary>
    public double Index => _had.Count < 2 ? 1 : Math.Pow(_had.Values.Sum(), 2) / (_had.Count * _had.Values.Sum(x => x * x));
}
