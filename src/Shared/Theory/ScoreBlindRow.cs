namespace AttnSweep.Theory;

/// <summary>
/// Keep sets that are chosen without a look at the scores (sliding windows, sinks, random keys), of independent Gaussian inputs. Keys are alike, so only
/// how many are kept matters. Exact at every n and tau: E||o' - o||^2 = d s_v^2 (E sum p'^2 + E sum p^2 - 2 E sum p' p) for centred values, p' being
/// the softmax over the kept keys (<see cref="ExactRow.BlindOverlap"/>). Where tau is small it is the (1 - u)/u of paper 4A, u = kept/n.
/// </summary>
public static class ScoreBlindRow
{
    /// <summary>Expected 1 - (softmax mass kept): each key holds 1/n of the mass in expectation.</summary>
    public static double TotalVariation(double kept, int n) => 1 - kept / n;

    /// <summary>Relative output error, root of the ratio of expected squares, averaged over the queries' tau.</summary>
    /// <param name="rows">Numbers of kept keys, with the share of the rows that keep so many.</param>
    public static double RelativeError(double sigma, int d, int n, IReadOnlyList<(int Kept, double Share)> rows)
    {
        double error = 0, truth = 0;
        foreach (var (tau, weight) in TauSpread.Of(sigma, d))
        {
            var row = new ExactRow(tau, Math.Max(1, rows.Min(r => r.Kept)), n);
            var all = row.At(n).SumP2;
            truth += weight * all;
            error += weight * rows.Sum(r => r.Share * (row.At(r.Kept).SumP2 + all - 2 * row.BlindOverlap(r.Kept, n)));
        }

        return Math.Sqrt(Math.Max(0, error) / truth);
    }

    /// <summary>Kept keys of <c>sink-window</c> that is not causal: the window's, and those sinks that it does not hold.</summary>
    public static IReadOnlyList<(int Kept, double Share)> SinkWindow(int n, int sinks, int width) =>
    [
        .. Enumerable.Range(0, n)
            .Select(i => Math.Clamp(i - width / 2, 0, n - width))
            .GroupBy(start => width + Math.Min(start, sinks))
            .Select(g => (g.Key, (double)g.Count() / n)),
    ];
}
