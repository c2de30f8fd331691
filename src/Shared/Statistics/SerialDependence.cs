namespace AttnSweep.Statistics;

/// <summary>
/// How much less a series says of its median than as many independent samples would. Samples that lean on the one before (a clock that
/// ramps, a neighbour that comes and goes) make every interval that assumes independence too narrow.
/// </summary>
public static class SerialDependence
{
    /// <summary>
    /// The factor by which the variance of the median grows, at least 1: 1 + twice the sum of the autocorrelations of "above or below the
    /// median", summed while neighbouring pairs are positive (the initial positive sequence of Geyer 1992, Statistical Science 7:4). The
    /// side of the median, not the time, because that is what its interval counts, and because one spike then weighs no more than any other sample.
    /// </summary>
    /// <param name="samples">In the order they were taken.</param>
    public static double VarianceFactor(ReadOnlySpan<double> samples, double median)
    {
        Span<sbyte> sides = samples.Length <= 4096 ? stackalloc sbyte[samples.Length] : new sbyte[samples.Length];
        var apart = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            sides[i] = (sbyte)Math.Sign(samples[i] - median);
            apart += sides[i] * sides[i];
        }

        if (apart == 0)
            return 1;
        var sum = 1.0;
        for (var lag = 1; lag + 1 < samples.Length / 2; lag += 2)
        {
            var pair = (double)(Together(sides, lag) + Together(sides, lag + 1)) / apart;
            if (pair <= 0)
                break;
            sum += 2 * pair;
        }

        return sum;
    }

    private static int Together(ReadOnlySpan<sbyte> sides, int lag)
    {
        var sum = 0;
        for (var i = lag; i < sides.Length; i++)
            sum += sides[i] * sides[i - lag];
        return sum;
    }
}
