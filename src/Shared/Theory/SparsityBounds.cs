using AttnSweep.Statistics;

namespace AttnSweep.Theory;

/// <summary>Bounds on the sparsity of softmax rows that have explicit constants (paper section 2.3).</summary>
public static class SparsityBounds
{
    /// <summary>B0: at most this many entries of any softmax row of n keys exceed eps.</summary>
    public static double CountAbove(double n, double eps) => Math.Min(n, Math.Floor(1 / eps));

    /// <summary>B1: with probability 1 - delta no p of a row of n keys with score deviation tau exceeds this.</summary>
    public static double MaxP(double n, double tau, double delta) => Math.Exp(2 * tau * Math.Sqrt(2 * Math.Log(2 * n / delta))) / n;

    /// <summary>B2: with probability 1 - delta at most this many of the n entries of a row with score deviation tau exceed eps.</summary>
    public static double CountAbove(double n, double tau, double eps, double delta)
    {
        var trivial = Math.Floor(1 / eps);
        var l = Math.Log(4 / delta);
        var lnZLow = Math.Log(n) - tau * Math.Sqrt(2 * l / n);
        var eta = Math.Sqrt(2 * Math.Exp(tau * tau) * l / n);
        if (eta < 1)
            lnZLow = Math.Max(lnZLow, Math.Log(n) + tau * tau / 2 + Math.Log(1 - eta));

        var share = tau == 0
            ? (Math.Log(eps) + lnZLow < 0 ? 1 : 0)
            : StandardNormal.UpperTail((Math.Log(eps) + lnZLow) / tau);
        return Math.Min(trivial, n * LargestShare(share, Math.Log(2 / delta) / n));
    }

    /// <summary>B3: bound of max |o' - o| when entries of total mass <paramref name="totalVariation"/> are dropped and values are at most <paramref name="maxAbsoluteValue"/>.</summary>
    public static double OutputError(double totalVariation, double maxAbsoluteValue, bool renormalised) =>
        (renormalised ? 2 : 1) * totalVariation * maxAbsoluteValue;

    /// <summary>B4: the total variation between a row and its renormalised top-k, from their divergence KL(top-k || row).</summary>
    public static double TotalVariationFromDivergence(double divergence) => 1 - Math.Exp(-divergence);

    /// <summary>B5: total variation of top-k at most this, given the gap s_(k) - s_(k+1) between the last score kept and the first dropped.</summary>
    public static double TotalVariationFromGap(int n, int k, double gap)
    {
        if (k < 1 || k > n)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"k lies between 1 and n = {n}.");
        return k == n ? 0 : 1 / (1 + (double)k / (n - k) * Math.Exp(gap));
    }

    /// <summary>The largest q in [pi, 1] with KL(q || pi) at most the budget: Chernoff's bound on a share of n draws.</summary>
    private static double LargestShare(double pi, double budget)
    {
        if (pi >= 1 || Divergence(1, pi) <= budget)
            return 1;
        double low = pi, high = 1;
        for (var i = 0; i < 200 && high - low > 1e-15 * high; i++)
        {
            var middle = (low + high) / 2;
            if (Divergence(middle, pi) <= budget)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    private static double Divergence(double q, double pi)
    {
        var ones = q == 0 ? 0 : q * Math.Log(q / pi);
        var zeros = q == 1 ? 0 : (1 - q) * Math.Log((1 - q) / (1 - pi));
        return ones + zeros;
    }
}
