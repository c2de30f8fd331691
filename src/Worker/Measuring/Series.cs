using System.Diagnostics;
using AttnSweep.Kernels.Devices;
using AttnSweep.Measuring;
using AttnSweep.Results;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Worker.Measuring;

/// <summary>One warm-up and one series of samples.</summary>
internal sealed record Series(double[] SamplesUs, SampleSummary Summary, string StoppedBecause, int WarmUpLaunches, int LaunchesPerSample, double CpuSeconds)
{
    /// <summary>A sample spans at least this long, so that the clock's own cost (about 50 ns) stays below a thousandth of it.</summary>
    private const double LeastSampleUs = 50;

    private const int MostLaunches = 1000;

    public static Series Take(IPreparedKernel kernel, MeasureRules rules)
    {
        var rule = new StoppingRule(rules);
        var samples = new double[rules.MaxSamples];
        // Garbage of the preparation must not be collected inside a sample; before the warm-up, because a collection cools the caches.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (warmUps, lastUs) = WarmUp(kernel, rules);
        var launches = (int)Math.Clamp(Math.Ceiling(LeastSampleUs / Math.Max(lastUs, 0.01)), 1, MostLaunches);
        var count = 0;
        string? why;
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        do
        {
            var us = kernel.Launch(launches).Microseconds / launches;
            samples[count++] = us;
            rule.Add(us);
            why = rule.WhyStop(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        while (why is null && count < samples.Length);

        var cpu = (Environment.CpuUsage.TotalTime - cpuBefore).TotalSeconds;
        var taken = samples[..count];
        return new Series(taken, SampleStatistics.Summarise(taken, rules.Confidence), why ?? StoppingRule.MaxSamples, warmUps, launches, cpu);
    }

    public TrialResult ToResult(int trial, double? denseMedianUs) =>
        new(trial, SamplesUs, Summary, StoppedBecause, WarmUpLaunches, LaunchesPerSample, CpuSeconds, denseMedianUs);

    private static (int Launches, double LastUs) WarmUp(IPreparedKernel kernel, MeasureRules rules)
    {
        var rule = new WarmUpRule(rules);
        var begun = Stopwatch.GetTimestamp();
        double us;
        do
        {
            us = kernel.Launch(1).Microseconds;
            rule.Add(us, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        while (!rule.IsWarm);
        return (rule.Launches, us);
    }
}
