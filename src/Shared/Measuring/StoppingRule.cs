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

    private readonly List<double> _sorted = new(Math.Min(rules.MaxSamples, 4096));
    private readonly NoiseTracker _noise = new();

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
            if (IntervalIsNarrow())
                return Converged;
            if (_noise.IsStable)
                return NoiseStable;
        }

        if (Count >= Rules.MaxSamples)
            return MaxSamples;
        return elapsedSeconds >= Rules.MaxSeconds ? MaxTime : null;
    }

    private bool IntervalIsNarrow()
    {
        var rank = MedianInterval.LowerRank(Count, Rules.Confidence);
        if (rank == 0)
            return false;
        var sorted = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_sorted);
        var halfWidth = (sorted[^rank] - sorted[rank - 1]) / 2;
        return halfWidth <= Rules.RelativeHalfWidth * Quantiles.MedianOfSorted(sorted);
    }
}
