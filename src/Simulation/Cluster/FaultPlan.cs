namespace AttnSweep.Simulation.Cluster;

/// <summary>What goes wrong: one node in twenty dies and comes back, one in a hundred stands still past its lease, the coordinator is replaced twice.</summary>
/// <param name="Poisoned">Cells that end every runner.</param>
internal sealed record FaultPlan(IReadOnlySet<long> Poisoned, int Seed, bool Active)
{
    public static FaultPlan Of(SimulationOptions options, int cells)
    {
        var random = new Random(options.Seed + 3);
        return new FaultPlan(options.Faults ? Enumerable.Range(0, 5).Select(_ => (long)random.Next(cells)).ToHashSet() : [], options.Seed, options.Faults);
    }

    public void Schedule(
        EventQueue clock, double seconds, IReadOnlyList<SimulatedNode> nodes, Action<SimulatedNode> die, Action<SimulatedNode> pause, Action changeCoordinator)
    {
        if (!Active)
        {
            return;
        }

        var random = new Random(Seed + 4);
        foreach (var node in nodes)
        {
            if (random.NextDouble() < 0.05)
            {
                clock.After(seconds * random.NextDouble(), () => die(node));
            }

            if (random.NextDouble() < 0.01)
            {
                clock.After(seconds * random.NextDouble(), () => pause(node));
            }
        }

        clock.After(0.3 * seconds, changeCoordinator);
        clock.After(0.7 * seconds, changeCoordinator);
    }
}
