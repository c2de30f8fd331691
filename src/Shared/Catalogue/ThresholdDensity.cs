using AttnSweep.Statistics;
using AttnSweep.Sweeps;
using AttnSweep.Theory;

namespace AttnSweep.Catalogue;

/// <summary>How many keys exceed a softmax weight, in expectation, when Q and K are independent Gaussians (paper 4A).</summary>
internal static class ThresholdDensity
{
    private const int RowLengths = 24;

    /// <summary>Kept pairs of one head; a causal row i has i + 1 visible keys.</summary>
    public static double KeptPairsOfOneHead(InputSpec input, double epsilon) =>
        OverRows(input, (m, tau) => 1 - LogNormalRow.FracLe(tau, m, epsilon));

    /// <summary>
    /// The same for scores above the largest minus <paramref name="margin"/>: the largest of m normals is put at its median rank
    /// (Blom: Phi^-1((m - 0.375) / (m + 0.25))), as the paper's quantile model (4C) does. At least the largest itself is kept.
    /// </summary>
    public static double KeptPairsOfOneHeadWithin(InputSpec input, double margin) => OverRows(input, (m, tau) =>
        tau == 0 ? 1 : Math.Clamp(StandardNormal.UpperTail(StandardNormal.Quantile((m - 0.375) / (m + 0.25)) - margin / tau), 1 / m, 1));

    private static double OverRows(InputSpec input, Func<double, double, double> keptShare)
    {
        var spread = TauSpread.Of(input.Sigma, input.D);
        if (!input.Causal)
            return (double)input.N * input.N * KeptShare(input.N, spread, keptShare);

        // Rows are many and the summand is smooth in the row's length: the midpoint rule over at most 24 lengths.
        var strips = Math.Min(RowLengths, input.N);
        var sum = 0.0;
        for (var strip = 0; strip < strips; strip++)
        {
            var length = (strip + 0.5) / strips * input.N + 0.5;
            sum += length * KeptShare(length, spread, keptShare);
        }

        return sum * input.N / strips;
    }

    /// <summary>The share that a row of m visible keys keeps, averaged over the spread of its tau.</summary>
    private static double KeptShare(double m, IReadOnlyList<(double Tau, double Weight)> spread, Func<double, double, double> keptShare)
    {
        var kept = 0.0;
        foreach (var (tau, weight) in spread)
            kept += weight * keptShare(m, tau);
        return kept;
    }
}
