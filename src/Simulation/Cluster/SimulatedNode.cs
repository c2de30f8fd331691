using System.Collections.Immutable;
using AttnSweep.Scheduling;
using AttnSweep.Simulation.Dispatch;

namespace AttnSweep.Simulation.Cluster;

/// <summary>A machine with one device.</summary>
internal sealed class SimulatedNode(int index, string backend, double speed, long memory, ImmutableSortedSet<string> labels, bool broken)
{
    public int Index { get; } = index;

    public string Backend { get; } = backend;

    /// <summary>Its real speed; the coordinator learns it from what it does.</summary>
    public double Speed { get; } = speed;

    public long Memory { get; } = memory;

    /// <summary>Its driver fails cells that are sound.</summary>
    public bool Broken { get; } = broken;

    public string Worker { get; } = FormattableString.Invariant($"node-{index}");

    public NodePhase Phase { get; set; } = NodePhase.Up;

    /// <summary>Rises with every process: what an older one set going is void.</summary>
    public int Incarnation { get; set; }

    public Attempt? Working { get; set; }

    /// <summary>Finished, not acknowledged: the spool, which outlives the process.</summary>
    public List<Attempt> Unsent { get; } = [];

    public long? LastInput { get; set; }

    public bool Quarantined { get; set; }

    public double DownSince { get; set; }

    public double Down { get; set; }

    /// <summary>Time on attempts, used or not.</summary>
    public double Busy { get; set; }

    public double EstimatedDone { get; set; }

    public double RealDone { get; set; }

    public int Completed { get; set; }

    /// <summary>Different cells that failed here and ended ok elsewhere.</summary>
    public int Blamed { get; set; }

    /// <summary>As the coordinator has learned it: 1 until it knows better.</summary>
    public double LearnedSpeed => (EstimatedDone + EtaRule.PriorSeconds) / (RealDone + EtaRule.PriorSeconds);

    public DeviceStanding Standing => new(Worker, "0", Backend, Memory, labels, LastInput, LearnedSpeed);
}

internal enum NodePhase
{
    Up,

    /// <summary>Neither works nor answers, and goes on where it was.</summary>
    Paused,

    Down,
}
