using System.Collections.Concurrent;
using AttnSweep.Sweeps;
using MathNet.Numerics.Distributions;

namespace AttnSweep.Catalogue;

/// <summary>How many keys exceed a softmax weight, in expectation, when Q and K are independent Gaussians (paper 4A).</summary>
internal static class ThresholdDensity
{
    private const int SpreadPoints = 32;
    private const int RowLengths = 24;

    private static readonly ConcurrentDictionary<int, double[]> SpreadByDimension = new();

    /// <summary>Kept pairs of one head; a causal row i has i + 1 visible keys.</summary>
    public static double KeptPairsOfOneHead(InputSpec input, double epsilon)
    {
        var tau = input.Sigma * input.Sigma;
        if (!input.Causal)
            return (double)input.N * input.N * KeptShare(input.N, tau, input.D, epsilon);

        // Rows are many and the summand is smooth in the row's length: the midpoint rule over at most 24 lengths.
        var strips = Math.Min(RowLengths, input.N);
        var sum = 0.0;
        for (var strip = 0; strip < strips; strip++)
        {
            var length = (strip + 0.5) / strips * input.N + 0.5;
            sum += length * KeptShare(length, tau, input.D, epsilon);
        }

        return sum * input.N / strips;
    }

    /// <summary>1 - frac_le of a row that sees m keys, averaged over the spread of its tau.</summary>
    private static double KeptShare(double m, double tauRms, int d, double epsilon)
    {
        var kept = 0.0;
        var spread = SpreadByDimension.GetOrAdd(d, Spread);
        foreach (var x in spread)
        {
            // The floor keeps a sigma whose square underflows from giving 0 / 0.
            var tau = Math.Max(1e-150, tauRms * Math.Sqrt(x));
            kept += Normal.CDF(0, 1, -((Math.Log(epsilon * m) + tau * tau / 2) / tau));
        }

        return kept / spread.Length;
    }

    /// <summary>chi2_d / d, whose root scales a row's tau, as the midpoints of 32 equally likely intervals.</summary>
    private static double[] Spread(int d) =>
        [.. Enumerable.Range(0, SpreadPoints).Select(i => ChiSquared.InvCDF(d, (i + 0.5) / SpreadPoints) / d)];
}
