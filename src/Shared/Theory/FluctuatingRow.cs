using static AttnSweep.Statistics.StandardNormal;

namespace AttnSweep.Theory;

/// <summary>
/// The closed forms of <see cref="LogNormalRow"/> with a sum Z = sum exp(s) that fluctuates from row to row: ln Z is taken as normal with
/// its exact mean and variance (<see cref="ExactRow"/>). Against the simulated table of paper 4F (n = 256 to 4096, sigma = 0.5 to 2, so also
/// beyond freezing) shares of keys agree within 0.1 %, counts above 1e-3 within 1.5 %, masses within 1 % and k within 4 %;
/// plain LN is up to 4 times off there, the quantile model of 4C 5 %.
/// </summary>
internal sealed class FluctuatingRow
{
    private const int HalfNodes = 16;

    /// <summary>Standard normal deviates with weights that sum to 1.</summary>
    internal static readonly (double Z, double Weight)[] Nodes = NormalNodes();


    private readonly double _tau;
    private readonly int _n;
    private readonly double _meanOfOthers;
    private readonly double _spreadOfLogOdds;
    private readonly double _shift;
    private readonly double _spread;

    /// <param name="rows">The exact expectations for this tau, prepared for n - 1 and n.</param>
    /// <param name="n">Visible keys, at least 2.</param>
    public FluctuatingRow(double tau, ExactRow rows, int n)
    {
        _tau = tau;
        _n = n;
        var others = rows.At(n - 1);
        var all = rows.At(n);
        _meanOfOthers = others.LnZ;
        _spreadOfLogOdds = Math.Sqrt(tau * tau + others.LnZVariance);
        _shift = all.LnZ - Math.Log(n) - tau * tau / 2;
        _spread = Math.Sqrt(all.LnZVariance);
        Exact = all;
    }

    public ExactRowMeans Exact { get; }

    /// <summary>
    /// Share of keys with p at most eps. The log odds of a key are s - ln Z', with Z' the sum over the others and independent
    /// of s: normal as soon as ln Z' is.
    /// </summary>
    public double FracLe(double eps)
    {
        if (eps >= 1)
            return 1;
        return _spreadOfLogOdds < 1e-9
            ? LogNormalRow.FracLe(0, _n, eps)
            : Cdf((Math.Log(eps) - Math.Log(1 - eps) + _meanOfOthers) / _spreadOfLogOdds);
    }

    /// <summary>Expected mass of the k largest p; k need not be whole.</summary>
    public double TopMass(double k)
    {
        if (k >= _n)
            return 1;
        var logTail = LogUpperTail(_tau + Quantile(k / _n));
        var lost = 0.0;
        foreach (var (z, weight) in Nodes)
            lost += weight * Math.Exp(Math.Min(0, logTail - _shift - z * _spread));
        return 1 - lost;
    }

    /// <summary>Smallest whole k whose top-k total variation is at most eps, over n, in expectation: the real-valued k plus half a key.</summary>
    public double KTvFrac(double eps)
    {
        var kept = 0.0;
        foreach (var (z, weight) in Nodes)
        {
            var logShare = Math.Log(eps) + _shift + z * _spread;
            kept += weight * (logShare >= 0 ? 0 : UpperTail(_tau + QuantileOfLog(logShare)));
        }

        return Math.Clamp(kept + 0.5 / _n, 1.0 / _n, 1);
    }

    private static (double Z, double Weight)[] NormalNodes()
    {
        var nodes = new (double Z, double Weight)[2 * HalfNodes + 1];
        for (var i = 0; i < nodes.Length; i++)
        {
            var z = (i - HalfNodes) * 0.25;
            nodes[i] = (z, Math.Exp(-z * z / 2));
        }

        var total = nodes.Sum(node => node.Weight);
        return [.. nodes.Select(node => (node.Z, node.Weight / total))];
    }
}
