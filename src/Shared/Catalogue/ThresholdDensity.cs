using AttnSweep.Sweeps;
using AttnSweep.Theory;

namespace AttnSweep.Catalogue;

/// <summary>How many keys exceed a softmax weight, in expectation, when scores are Gaussian (paper 4A).</summary>
internal static class ThresholdDensity
{
    private const int RowLengths = 24;

    /// <summary>Kept pairs of one head; a causal row i has i + 1 visible keys.</summary>
    public static double KeptPairsOfOneHead(InputSpec input, double epsilon)
    {
        // Of other models, the deviation that they have in common with an independent one; of a file nothing is known.
        var spread = TauSpread.Of(Math.Sqrt(ScoreDeviation.OffDiagonal(input) ?? input.Sigma * input.Sigma), input.D);
        if (!input.Causal)
            return (double)input.N * input.N * KeptShare(input.N, spread, epsilon);

        // Rows are many and the summand is smooth in the row's length: the midpoint rule over at most 24 lengths.
        var strips = Math.Min(RowLengths, input.N);
        var sum = 0.0;
        for (var strip = 0; strip < strips; strip++)
        {
            var length = (strip + 0.5) / strips * input.N + 0.5;
            sum += length * KeptShare(length, spread, epsilon);
        }

        return sum * input.N / strips;
    }

    /// <summary>1 - frac_le of a row that sees m keys, averaged over the spread of its tau.</summary>
    private static double KeptShare(double m, IReadOnlyList<(double Tau, double Weight)> spread, double epsilon)
    {
        var kept = 0.0;
        foreach (var (tau, weight) in spread)
            kept += weight * (1 - LogNormalRow.FracLe(tau, m, epsilon));
        return kept;
    }
}
