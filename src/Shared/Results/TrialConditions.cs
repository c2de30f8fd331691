namespace AttnSweep.Results;

/// <summary>What a trial was measured under: the rules that have a say in its series' meaning, and the state of the machine around it.</summary>
/// <param name="Regime">One of <see cref="Sweeps.Regimes"/>.</param>
/// <param name="Cache">One of <see cref="Sweeps.CacheModes"/>.</param>
/// <param name="FreshProcess">Measured by a runner that was started for this trial.</param>
/// <param name="Timer">device: the device's own events, less what an empty pair of them measures; host: the host's monotonic clock.</param>
/// <param name="HostMedianUs">Median of the same samples on the host's clock, launch and wait included; null where that is the timer.</param>
/// <param name="WarmUpSeconds">How long the untimed launches took.</param>
/// <param name="WallSeconds">How long the series took, pauses included.</param>
/// <param name="VarianceFactor">How much larger the variance of the median is than for independent samples (1: independent).</param>
public sealed record TrialConditions(
    string Regime, string Cache, bool FreshProcess, string Timer, double? HostMedianUs, double WarmUpSeconds, double WallSeconds,
    double VarianceFactor, MachineState? Machine)
{
    public const string DeviceTimer = "device";
    public const string HostTimer = "host";
}

/// <summary>The machine over a trial. Null is what it does not tell.</summary>
/// <param name="CpuMhzBefore">Mean clock of the cores before the series.</param>
/// <param name="CpuMhzAfter">The same after it.</param>
/// <param name="CpuTemperatureC">Of the warmest sensor, after the series.</param>
/// <param name="BusyShare">Share of the cores' time that was not idle.</param>
/// <param name="StealShare">Share of the cores' time that the hypervisor gave to others.</param>
/// <param name="LoadAverage">Of the last minute.</param>
public sealed record MachineState(
    double? CpuMhzBefore, double? CpuMhzAfter, double? CpuTemperatureC, double? BusyShare, double? StealShare, double? LoadAverage, GpuState? Gpu = null);

/// <summary>An NVIDIA GPU over a trial, by NVML.</summary>
/// <param name="ThrottleReasons">Names of what held the clocks down before or after: sw-power-cap, hw-slowdown, sw-thermal, hw-thermal, power-brake.</param>
public sealed record GpuState(
    double? SmMhzBefore, double? SmMhzAfter, double? MemoryMhz, double? PowerWatts, double? TemperatureC, IReadOnlyList<string> ThrottleReasons);
