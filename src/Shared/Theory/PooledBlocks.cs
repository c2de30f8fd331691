using static AttnSweep.Statistics.StandardNormal;

namespace AttnSweep.Theory;

/// <summary>
/// Blocks of keys ranked by their mean key, for independent Gaussian inputs (paper 4A, "LN": tau below about 0.35 sqrt(2 ln n)). Ranked by a query of its
/// own, a block's mean score has deviation tau/sqrt(B), and the mass of the best rho n keys is Phi(tau/sqrt(B) + Phi^-1(rho)). Ranked by the mean query
/// of a block of B queries, as <c>block-topk</c> does, only the part of it that lies along the query counts: tau c/sqrt(B), where c is the cosine of the query
/// to its block's mean, about 1/sqrt(B).
/// </summary>
public static class PooledBlocks
{
    /// <summary>Expected mass that <c>block-topk</c> keeps, averaged over the queries.</summary>
    /// <param name="rho">Share of the blocks that are kept.</param>
    public static double Mass(double sigma, int d, int block, double rho) =>
        Average(sigma, d, block, (tau, shift) => Cdf(shift + Quantile(rho)), _ => 1);

    /// <summary>Relative output error with the kept weights renormalised, root of the ratio of expected squares.</summary>
    public static double RelativeError(double sigma, int d, int block, double rho) => rho >= 1 ? 0 : Math.Sqrt(Average(
        sigma, d, block,
        (_, shift) =>
        {
            var head = Cdf(2 * shift + Quantile(rho));
            var lift = 1 / Cdf(shift + Quantile(rho)) - 1;
            return head * lift * lift + 1 - head;
        },
        LogNormalRow.NSumP2));

    /// <summary>The mean of f(tau, tau c/sqrt(B)) over queries and block mates, weighted by w(tau).</summary>
    private static double Average(double sigma, int d, int block, Func<double, double, double> f, Func<double, double> w)
    {
        double sum = 0, total = 0;
        IReadOnlyList<(double Tau, double Weight)> across = block == 1 ? [(0, 1)] : TauSpread.Of(1, d - 1);
        foreach (var (tau, weight) in TauSpread.Of(sigma, d))
        {
            // |q| in units of sigma; the sum of the B - 1 others along q is normal, across it chi of d - 1 dimensions.
            var length = sigma == 0 ? Math.Sqrt(d) : tau / (sigma * sigma) * Math.Sqrt(d);
            foreach (var (z, share) in FluctuatingRow.Nodes)
            {
                var along = length + Math.Sqrt(block - 1) * z;
                foreach (var (root, part) in across)
                {
                    var cosine = along / Math.Sqrt(along * along + (block - 1.0) * (d - 1) * root * root);
                    sum += weight * share * part * w(tau) * f(tau, tau * cosine / Math.Sqrt(block));
                    total += weight * share * part * w(tau);
                }
            }
        }

        return sum / total;
    }
}
