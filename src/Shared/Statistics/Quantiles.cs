namespace AttnSweep.Statistics;

/// <summary>Quantiles of type 7, the ones of PostgreSQL's percentile_cont, so that a summary made here and one made by SQL agree.</summary>
public static class Quantiles
{
    /// <summary>The quantile at <paramref name="share"/> (0..1) of values in ascending order.</summary>
    public static double OfSorted(ReadOnlySpan<double> sorted, double share)
    {
        if (sorted.IsEmpty)
            throw new ArgumentException("A quantile needs at least one value.", nameof(sorted));
        if (!(share >= 0 && share <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "A quantile's share lies between 0 and 1.");
        var position = share * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = (int)Math.Ceiling(position);
        return below == above ? sorted[below] : sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The median of values in ascending order.</summary>
    public static double MedianOfSorted(ReadOnlySpan<double> sorted) => OfSorted(sorted, 0.5);

    /// <summary>The median of values in any order; the span is sorted on the way.</summary>
    public static double MedianInPlace(Span<double> values)
    {
        values.Sort();
        return MedianOfSorted(values);
    }
}
