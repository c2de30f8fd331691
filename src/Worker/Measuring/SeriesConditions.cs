using AttnSweep.Kernels.Devices;
using AttnSweep.Sweeps;
using AttnSweep.Worker.Machine;

namespace AttnSweep.Worker.Measuring;

/// <summary>What a series is taken under, beside its rules: the device whose caches are emptied, the machine that is watched.</summary>
/// <param name="FreshProcess">This process was started for the trial.</param>
internal sealed record SeriesConditions(IDevice Device, MachineWatch? Watch, bool FreshProcess)
{
    /// <summary>Null, or why the device cannot be measured under these rules.</summary>
    public string? WhyNot(MeasureRules rules) =>
        rules.Cache == CacheModes.Cold && !Device.TryEmptyCaches() ? $"{Device.Info.Id} cannot empty its caches, so cache: cold cannot be measured on it" : null;
}
