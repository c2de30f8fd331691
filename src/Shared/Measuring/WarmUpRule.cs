using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Measuring;

/// <summary>
/// Decides when the untimed launches before a series are enough: at least the launches and seconds of the rules, then until the
/// median of the last 5 launches is within 1 % of the median of the 5 before them (disjoint windows: with overlapping ones a slow
/// clock ramp looks flat). Arithmetic only: no clock, no device.
/// </summary>
public sealed class WarmUpRule(MeasureRules rules)
{
    private const int Window = 5;
    private const double Movement = 0.01;
    private const double SustainedSeconds = 2;

    private readonly double[] _last = new double[2 * Window];
    private readonly double _leastSeconds = rules.Regime == Regimes.Sustained ? Math.Max(SustainedSeconds, rules.WarmUpSeconds) : rules.WarmUpSeconds;
    private double _elapsedSeconds;

    /// <summary>
    /// Warm after this long whatever the launches do: a second, or 40 times the least warm-up where that is shorter, so that a
    /// quick look stays quick; never less than the least warm-up, which is 2 s where the regime is sustained.
    /// </summary>
    public double CapSeconds { get; } = Math.Max(rules.Regime == Regimes.Sustained ? SustainedSeconds : 0, Math.Max(rules.WarmUpSeconds, Math.Min(1, 40 * rules.WarmUpSeconds)));

    public int Launches { get; private set; }

    /// <summary>Takes the next launch.</summary>
    /// <param name="sampleUs">What it took, in microseconds.</param>
    /// <param name="elapsedSeconds">Wall time since the warm-up began.</param>
    public void Add(double sampleUs, double elapsedSeconds)
    {
        if (!double.IsFinite(sampleUs) || sampleUs < 0)
            throw new ArgumentException($"A launch takes a finite time of at least 0 microseconds, not {sampleUs}.", nameof(sampleUs));
        _last[Launches++ % _last.Length] = sampleUs;
        _elapsedSeconds = elapsedSeconds;
    }

    public bool IsWarm =>
        Launches > 0 && (_elapsedSeconds >= CapSeconds
            || (Launches >= rules.WarmUpLaunches && _elapsedSeconds >= _leastSeconds && IsSteady()));

    private bool IsSteady()
    {
        if (Launches < _last.Length)
            return false;
        Span<double> before = stackalloc double[Window];
        Span<double> recent = stackalloc double[Window];
        for (var i = 0; i < Window; i++)
        {
            before[i] = _last[(Launches + i) % _last.Length];
            recent[i] = _last[(Launches + Window + i) % _last.Length];
        }

        var was = Quantiles.MedianInPlace(before);
        return Math.Abs(Quantiles.MedianInPlace(recent) - was) <= Movement * was;
    }
}
