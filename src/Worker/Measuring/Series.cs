using System.Diagnostics;
using AttnSweep.Kernels.Devices;
using AttnSweep.Measuring;
using AttnSweep.Results;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;
using AttnSweep.Worker.Machine;

namespace AttnSweep.Worker.Measuring;

/// <summary>One warm-up and one series of samples.</summary>
internal sealed record Series(
    double[] SamplesUs, SampleSummary Summary, string StoppedBecause, int WarmUpLaunches, int LaunchesPerSample, double CpuSeconds, TrialConditions Conditions)
{
    /// <summary>A sample spans at least this long, so that the clock's own cost (about 50 ns) stays below a thousandth of it.</summary>
    private const double LeastSampleUs = 50;

    private const int MostLaunches = 1000;

    public static Series Take(IPreparedKernel kernel, MeasureRules rules, SeriesConditions under)
    {
        var rule = new StoppingRule(rules);
        var samples = new double[rules.MaxSamples];
        var onHost = new double[rules.MaxSamples];
        // Garbage of the preparation must not be collected inside a sample; before the warm-up, because a collection cools the caches.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (warmUps, warmUpSeconds, last) = WarmUp(kernel, rules);
        var isCold = rules.Cache == CacheModes.Cold;
        // A second launch would find what the first one left in the caches.
        var launches = isCold ? 1 : (int)Math.Clamp(Math.Ceiling(LeastSampleUs / Math.Max(last.Microseconds, 0.01)), 1, MostLaunches);
        using var pauses = new BurstPauses(rules.Regime == Regimes.Burst && last.DeviceMicroseconds is not null);
        var count = 0;
        var isDeviceTimed = true;
        string? why;
        var before = under.Watch?.Look();
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        do
        {
            if (isCold)
            {
                under.Device.TryEmptyCaches();
            }

            var timing = kernel.Launch(launches);
            isDeviceTimed &= timing.DeviceMicroseconds is not null;
            onHost[count] = timing.HostMicroseconds / launches;
            samples[count] = timing.Microseconds / launches;
            rule.Add(samples[count++]);
            why = rule.WhyStop(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            pauses.After(timing.HostMicroseconds);
        }
        while (why is null && count < samples.Length);

        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var cpu = (Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds;
        var machine = before is null ? null : MachineWatch.Between(before, under.Watch!.Look());
        var taken = samples[..count];
        var summary = SampleStatistics.Summarise(taken, rules.Confidence);
        var conditions = new TrialConditions(
            rules.Regime, rules.Cache, under.FreshProcess, isDeviceTimed ? TrialConditions.DeviceTimer : TrialConditions.HostTimer,
            isDeviceTimed ? Quantiles.MedianInPlace(onHost.AsSpan(0, count)) : null, warmUpSeconds, seconds,
            SerialDependence.VarianceFactor(taken, summary.Median), machine);
        return new Series(taken, summary, why ?? StoppingRule.MaxSamples, warmUps, launches, cpu, conditions);
    }

    public TrialResult ToResult(int trial, double? denseMedianUs) =>
        new(trial, SamplesUs, Summary, StoppedBecause, WarmUpLaunches, LaunchesPerSample, CpuSeconds, denseMedianUs, Conditions);

    private static (int Launches, double Seconds, LaunchTiming Last) WarmUp(IPreparedKernel kernel, MeasureRules rules)
    {
        var rule = new WarmUpRule(rules);
        var begun = Stopwatch.GetTimestamp();
        LaunchTiming last;
        double seconds;
        do
        {
            last = kernel.Launch(1);
            seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            rule.Add(last.Microseconds, seconds);
        }
        while (!rule.IsWarm);
        return (rule.Launches, seconds, last);
    }
}

/// <summary>The pauses of the burst regime: after 5 ms of launches as long a rest, so that a device that is bound by its power never gets to feel it (flashinfer#2899).</summary>
internal sealed class BurstPauses(bool wanted) : IDisposable
{
    private const double StretchUs = 5000;

    private readonly SemaphoreSlim _never = new(0);
    private double _stretchUs;

    public void After(double launchesUs)
    {
        _stretchUs += launchesUs;
        if (wanted && _stretchUs >= StretchUs)
        {
            _never.Wait(TimeSpan.FromMicroseconds(StretchUs));
            _stretchUs = 0;
        }
    }

    public void Dispose() => _never.Dispose();
}
