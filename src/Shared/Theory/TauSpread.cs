namespace AttnSweep.Theory;

/// <summary>
/// The spread of tau, the standard deviation of a row's scores, over the queries of independent Gaussian Q and K:
/// tau^2 = sigma^4 X with X = chi2_d / d (paper section 0).
/// </summary>
public static class TauSpread
{
    /// <summary>
    /// Values of tau with weights that sum to 1: the trapezoid rule in ln X. The density there is smooth and falls off
    /// on both sides for every d, also for d = 1 where it is infinite at X = 0, so that about 30 nodes give 10 digits.
    /// </summary>
    public static IReadOnlyList<(double Tau, double Weight)> Of(double sigma, int d)
    {
        if (!(sigma >= 0) || !double.IsFinite(sigma))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "sigma is a finite number of at least 0.");
        if (d < 1)
            throw new ArgumentOutOfRangeException(nameof(d), d, "A head has at least one dimension.");

        // ln of the density of ln X, less its peak at ln X = 0.
        double LogDensity(double y) => d / 2.0 * (y + 1 - Math.Exp(y));
        const double negligible = -32;
        var step = Math.Min(0.25, 0.5 * Math.Sqrt(2.0 / d));
        var nodes = new List<(double Tau, double Weight)>();
        var total = 0.0;
        foreach (var direction in (int[])[-1, 1])
        {
            for (var i = direction < 0 ? 0 : 1; LogDensity(direction * i * step) > negligible; i++)
            {
                var y = direction * i * step;
                var weight = Math.Exp(LogDensity(y));
                nodes.Add((sigma * sigma * Math.Exp(y / 2), weight));
                total += weight;
            }
        }

        return [.. nodes.Select(node => (node.Tau, node.Weight / total))];
    }

    /// <summary>The mean of a function of tau over the spread.</summary>
    public static double Average(double sigma, int d, Func<double, double> ofTau) =>
        Of(sigma, d).Sum(node => node.Weight * ofTau(node.Tau));
}
