namespace AttnSweep.Cli.Benchmarks;

/// <summary>Processor seconds by who spent them.</summary>
internal sealed record ProcessorTime(double Postgres, double Coordinator, double Workers)
{
    public double Total => Postgres + Coordinator + Workers;

    public static ProcessorTime operator -(ProcessorTime after, ProcessorTime before) =>
        new(after.Postgres - before.Postgres, after.Coordinator - before.Coordinator, after.Workers - before.Workers);
}

/// <summary>One run of empty shards, from its first grant to its last result, by the database's clock.</summary>
/// <param name="Attempts">Grants; more than shards where something was lost.</param>
/// <param name="Results">Rows of results.</param>
/// <param name="TrialRows">Rows of trials.</param>
/// <param name="DeviceSeconds">Time that the devices pretended to work.</param>
/// <param name="Cpu">From the submission's end to the last result.</param>
internal sealed record FabricRun(
    string Name, int Shards, long Attempts, long Results, long TrialRows, double Seconds, double DeviceSeconds, int Devices, ProcessorTime Cpu)
{
    public double ShardsPerSecond => Shards / Seconds;

    public double ResultRowsPerSecond => Results / Seconds;

    public double RowsPerSecond => (Results + TrialRows) / Seconds;

    public double MicrosecondsPerCell => Seconds / Results * 1e6;

    public double CpuMicrosecondsPerCell => Cpu.Total / Results * 1e6;

    public double CpuMicrosecondsPerShard => Cpu.Total / Shards * 1e6;

    /// <summary>Share of the devices' time in which they had nothing to do.</summary>
    public double IdleShare => 1 - (DeviceSeconds / (Devices * Seconds));
}
