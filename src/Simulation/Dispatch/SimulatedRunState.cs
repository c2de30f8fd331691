using AttnSweep.Scheduling;
using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation.Dispatch;

/// <summary>A run in the simulated store.</summary>
internal sealed class SimulatedRunState(int index, SimulatedRun run, int cells)
{
    public SimulatedRun Run { get; } = run;

    public int Index { get; } = index;

    public bool Submitted { get; set; }

    public int Cells { get; } = cells;

    public int Left { get; set; } = cells;

    /// <summary>Where its share began, so that a later run does not catch up with earlier ones.</summary>
    public double BeginsWith { get; set; }

    public double DeviceSeconds { get; set; }

    /// <summary>Estimated time of attempts in progress.</summary>
    public double InProgress { get; set; }

    public double SubmittedAt { get; set; }

    public double StartedAt { get; set; } = double.NaN;

    public double EndedAt { get; set; }

    public RunStanding Standing => new(Index, Run.Priority, BeginsWith + DeviceSeconds + InProgress, Run.Requires);
}
