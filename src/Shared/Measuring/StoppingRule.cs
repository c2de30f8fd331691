using System.Runtime.InteropServices;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Measuring;

/// <summary>
/// Decides when a series has enough samples. Arithmetic only: no clock, no device. Taking a sample costs well under a
/// microsecond at 1000 samples (one insertion into a sorted list), so it does not disturb the next one.
/// </summary>
public sealed class StoppingRule(MeasureRules rules)
{
    public const string Converged = "converged";
    public const string NoiseStable = "noise-stable";
    public const string MaxSamples = "max-samples";
    public const string MaxTime = "max-time";

    /// <summary>Autocorrelations are looked at again after an eighth more samples: they cost some microseconds, later some hundred.</summary>
    private const int DependenceEvery = 8;

    /// <summary>Above this variance factor a settled noise says nothing of how well the median is known: it presumes independent samples.</summary>
    private const double Independent = 2;

    /// <summary>A series of samples that lean on each other is followed for so many times the least duration, then its settled noise must do.</summary>
    private const double Patience = 10;

    private readonly List<double> _sorted = new(Math.Min(rules.MaxSamples, 4096));
    private readonly List<double> _inOrder = new(Math.Min(rules.MaxSamples, 4096));
    private readonly NoiseTracker _noise = new();
    private double _varianceFactor = 1;
    private int _lookedAt;

    public MeasureRules Rules { get; } = rules;

    public int Count => _sorted.Count;

    /// <summary>Takes the next sample, in microseconds.</summary>
    /// <exception cref="ArgumentException">The sample is not finite or negative.</exception>
    public void Add(double sampleUs)
    {
        if (!double.IsFinite(sampleUs) || sampleUs < 0)
            throw new ArgumentException($"A sample is a finite time of at least 0 microseconds, not {sampleUs}.", nameof(sampleUs));
        var at = _sorted.BinarySearch(sampleUs);
        _sorted.Insert(at < 0 ? ~at : at, sampleUs);
        _inOrder.Add(sampleUs);
        _noise.Add(sampleUs);
    }

    /// <summary>
    /// Why the series may end now (converged, noise-stable, max-samples, max-time), or null when it must go on. Before the least
    /// number of samples and seconds only the two limits can end it.
    /// </summary>
    /// <param name="elapsedSeconds">Wall time since the series began.</param>
    public string? WhyStop(double elapsedSeconds)
    {
        if (Count >= Rules.MinSamples && (elapsedSeconds >= Rules.MinSeconds || Count >= Rules.MaxSamples))
        {
            if (HalfWidth() <= Rules.RelativeHalfWidth && IsConverged(VarianceFactor()))
                return Converged;
            if (_noise.IsStable && (elapsedSeconds >= Patience * Rules.MinSeconds || VarianceFactor() <= Independent))
                return NoiseStable;
        }

        if (Count >= Rules.MaxSamples)
            return MaxSamples;
        return elapsedSeconds >= Rules.MaxSeconds ? MaxTime : null;
    }

    /// <summary>
    /// The interval is narrow also when dependence is reckoned with, and the series is worth the least number of independent
    /// samples: a few dozen that lean on each other can look quiet by chance.
    /// </summary>
    private bool IsConverged(double varianceFactor) =>
        HalfWidth() * Math.Sqrt(varianceFactor) <= Rules.RelativeHalfWidth && Count >= Rules.MinSamples * varianceFactor;

    /// <summary>Of the median's interval, relative to the median; infinite where there are too few samples for one.</summary>
    private double HalfWidth()
    {
        var rank = MedianInterval.LowerRank(Count, Rules.Confidence);
        if (rank == 0)
            return double.PositiveInfinity;
        var halfWidth = (_sorted[^rank] - _sorted[rank - 1]) / 2;
        return halfWidth == 0 ? 0 : halfWidth / Median();
    }

    private double VarianceFactor()
    {
        if (_lookedAt == 0 || Count - _lookedAt >= Math.Max(DependenceEvery, _lookedAt / DependenceEvery) || Count >= Rules.MaxSamples)
        {
            _varianceFactor = SerialDependence.VarianceFactor(CollectionsMarshal.AsSpan(_inOrder), Median());
            _lookedAt = Count;
        }

        return _varianceFactor;
    }

    private double Median() => Quantiles.MedianOfSorted(CollectionsMarshal.AsSpan(_sorted));
}
