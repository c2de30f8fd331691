namespace AttnSweep.Simulation;

/// <summary>What is simulated.</summary>
/// <param name="Nodes">Machines with one device each, of different backends, speeds and memory.</param>
/// <param name="Cells">About how many cells the runs have together.</param>
/// <param name="Seed">Everything that chance decides follows from it.</param>
public sealed record SimulationOptions(int Nodes, int Cells, int Seed)
{
    /// <summary>False: nothing dies, nothing is lost on the way.</summary>
    public bool Faults { get; init; } = true;

    /// <summary>Nothing was measured before: costs are estimated by FLOP counts alone.</summary>
    public bool Cold { get; init; }
}
