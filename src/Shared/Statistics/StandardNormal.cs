using MathNet.Numerics;

namespace AttnSweep.Statistics;

/// <summary>The standard normal distribution, accurate also far out in the tails (MathNet's erfc and its inverse).</summary>
public static class StandardNormal
{
    /// <summary>Phi(x): the probability of at most x.</summary>
    public static double Cdf(double x) => 0.5 * SpecialFunctions.Erfc(-x / Constants.Sqrt2);

    /// <summary>Phic(x) = 1 - Phi(x), without cancellation.</summary>
    public static double UpperTail(double x) => 0.5 * SpecialFunctions.Erfc(x / Constants.Sqrt2);

    /// <summary>Phi^-1(p) for p in 0..1; the ends give the infinities.</summary>
    public static double Quantile(double p) => -Constants.Sqrt2 * SpecialFunctions.ErfcInv(2 * p);

    /// <summary>ln Phic(x), also where Phic itself underflows (x above 38).</summary>
    public static double LogUpperTail(double x) =>
        x < 30 ? Math.Log(UpperTail(x)) : -x * x / 2 - Math.Log(x * Math.Sqrt(2 * Math.PI)) - 1 / (x * x);

    /// <summary>Phi^-1(exp(logP)) for logP at most 0, also where exp underflows.</summary>
    public static double QuantileOfLog(double logP)
    {
        if (logP > -500)
            return Quantile(Math.Exp(logP));

        // Newton on ln Phic(x) = logP; its slope is -x to within 1/x.
        var x = Math.Sqrt(-2 * logP);
        for (var i = 0; i < 8; i++)
            x += (LogUpperTail(x) - logP) / (x + 1 / x);
        return -x;
    }
}
