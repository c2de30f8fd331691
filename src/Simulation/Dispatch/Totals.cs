namespace AttnSweep.Simulation.Dispatch;

/// <summary>What is counted while a simulation runs.</summary>
internal sealed class Totals
{
    public long Grants { get; set; }

    public long Splits { get; set; }

    public long SecondAttempts { get; set; }

    public long Stale { get; set; }

    public long OldGrantsRefused { get; set; }

    /// <summary>A superseded coordinator's grant went through: the rules are broken.</summary>
    public long OldGrantsAccepted { get; set; }

    public long Messages { get; set; }

    public double CoordinatorBusy { get; set; }

    public double LongestWait { get; set; }

    public double Wasted { get; set; }

    public double Spent { get; set; }

    public int NodesLost { get; set; }

    public int Coordinators { get; set; } = 1;

    public double EtaAt { get; set; } = double.NaN;

    public double EtaSeconds { get; set; }

    public Dictionary<string, long> Outcomes { get; } = new() { ["ok"] = 0 };
}
