using static AttnSweep.Statistics.StandardNormal;

namespace AttnSweep.Theory;

/// <summary>
/// Closed forms for a softmax row over n iid N(0, tau^2) scores whose sum of exp(s) is at its expectation (paper section 4A, "LN").
/// Good while tau is below about 0.6 sqrt(2 ln n); above, a few keys carry the sum and <see cref="FluctuatingRow"/> is closer.
/// rho = k/n, eps a total variation or a threshold on p.
/// </summary>
public static class LogNormalRow
{
    /// <summary>Share of keys with p at most eps.</summary>
    public static double FracLe(double tau, double n, double eps)
    {
        if (tau == 0)
            return eps * n >= 1 ? 1 : 0;
        return Cdf((Math.Log(eps * n) + tau * tau / 2) / tau);
    }

    /// <summary>Expected mass of the rho n largest p.</summary>
    public static double TopMass(double tau, double rho) => Cdf(tau + Quantile(rho));

    /// <summary>k/n for the smallest k whose top-k mass is at least 1 - eps.</summary>
    public static double KTvFrac(double tau, double eps) => UpperTail(tau + Quantile(eps));

    /// <summary>-sum p ln p, in nats.</summary>
    public static double Entropy(double tau, double n) => Math.Log(n) - tau * tau / 2;

    /// <summary>n sum p^2; only below tau = 0.35 sqrt(2 ln n).</summary>
    public static double NSumP2(double tau) => Math.Exp(tau * tau);

    /// <summary>Share of sum p^2 that lies in the rho n largest p.</summary>
    public static double TopShareOfP2(double tau, double rho) => Cdf(2 * tau + Quantile(rho));

    /// <summary>Squared relative output error of top-k with the kept weights renormalised, for centred iid values.</summary>
    public static double TopKRelativeSquaredError(double tau, double rho)
    {
        var head = TopShareOfP2(tau, rho);
        var lift = 1 / TopMass(tau, rho) - 1;
        return head * lift * lift + 1 - head;
    }

    /// <summary>Mass that block top-k keeps when blocks of <paramref name="block"/> keys are ranked by their mean score.</summary>
    public static double BlockTopMass(double tau, double rho, int block) => TopMass(tau / Math.Sqrt(block), rho);
}
