using static AttnSweep.Statistics.StandardNormal;

namespace AttnSweep.Theory;

/// <summary>
/// A softmax row of the shared model, given its query: n - 1 scores iid N(0, tau^2) and the query's score with itself, a known number (paper section 0).
/// Entropy, sum p^2 and ln Z are exact (<see cref="ExactRow.WithSelf"/>); shares and masses take ln of the sum over the others as normal, as
/// <see cref="FluctuatingRow"/> does, and the self score as kept where it is above the others' quantile.
/// </summary>
internal sealed class SelfRow
{
    private readonly double _tau;
    private readonly double _self;
    private readonly int _n;
    private readonly ExactRowMeans _others;
    private readonly ExactRowMeans? _othersOfOne;

    /// <param name="rows">The exact expectations for this tau, prepared for n - 2 and n - 1.</param>
    /// <param name="self">q_i.q_i times the scale.</param>
    /// <param name="n">Visible keys, the query's own among them, at least 2.</param>
    public SelfRow(double tau, double self, ExactRow rows, int n)
    {
        (_tau, _self, _n) = (tau, self, n);
        _others = rows.At(n - 1);
        _othersOfOne = n > 2 ? rows.At(n - 2) : null;
        Exact = rows.WithSelf(n, self).Row;
    }

    public ExactRowMeans Exact { get; }

    /// <summary>Share of keys with p at most eps.</summary>
    public double FracLe(double eps)
    {
        if (eps >= 1)
            return 1;
        var odds = Math.Log(eps) - Math.Log(1 - eps);
        double others = 0, self = 0;
        foreach (var (z, weight) in FluctuatingRow.Nodes)
        {
            // The log odds of a key are its score less ln of the sum over all others, which is independent of it.
            var lnRest = _othersOfOne is { } rest ? AddLogs(LnSum(rest, z), _self) : _self;
            others += weight * Cdf((odds + lnRest) / Math.Max(_tau, 1e-12));
            self += weight * (_self - LnSum(_others, z) <= odds ? 1 : 0);
        }

        return ((_n - 1) * others + self) / _n;
    }

    /// <summary>Expected mass of the k largest p; k need not be whole.</summary>
    public double TopMass(double k)
    {
        if (k >= _n)
            return 1;
        var kept = IsAbove((k - 1) / (_n - 1));
        var logTail = LogAll + LogUpperTail(_tau + Quantile(Math.Clamp((kept ? k - 1 : k) / (_n - 1), 1e-12, 1 - 1e-12)));
        var lost = 0.0;
        foreach (var (z, weight) in FluctuatingRow.Nodes)
        {
            var lnZ = AddLogs(LnSum(_others, z), _self);
            lost += weight * Math.Min(1, Math.Exp(logTail - lnZ) + (kept ? 0 : Math.Exp(_self - lnZ)));
        }

        return 1 - lost;
    }

    /// <summary>Smallest whole k whose top-k total variation is at most eps, over n, in expectation: the real-valued k plus half a key.</summary>
    public double KTvFrac(double eps)
    {
        var kept = 0.0;
        foreach (var (z, weight) in FluctuatingRow.Nodes)
        {
            var logShare = Math.Log(eps) + AddLogs(LnSum(_others, z), _self) - LogAll;
            kept += weight * (logShare >= 0 ? 0 : UpperTail(_tau + QuantileOfLog(logShare)));
        }

        // The self key itself; half a key only where others are kept at all.
        var others = (_n - 1) * kept;
        return Math.Clamp((1 + others + Math.Min(0.5, others)) / _n, 1.0 / _n, 1);
    }

    /// <summary>ln of the expected sum over the others.</summary>
    private double LogAll => Math.Log(_n - 1) + _tau * _tau / 2;

    private bool IsAbove(double share) => share <= 0 || share >= 1 || _self >= _tau * -Quantile(share);

    private static double LnSum(ExactRowMeans keys, double z) => keys.LnZ + z * Math.Sqrt(keys.LnZVariance);

    /// <summary>ln(e^a + e^b).</summary>
    private static double AddLogs(double a, double b) => Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));
}
