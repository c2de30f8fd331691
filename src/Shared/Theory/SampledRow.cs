using static AttnSweep.Statistics.StandardNormal;

namespace AttnSweep.Theory;

/// <summary>
/// HyperAttention on independent Gaussian inputs (paper 4A): b keys of the query's block exactly, and m draws with replacement among all n keys, of which
/// those outside the block count, each for n/m keys; u = b/n. The block is taken as score-blind; hashing makes it a little better
/// (<see cref="BlockBias"/> bounds by how much).
/// <para>
/// With c_j the factor that key j comes to, Z'/Z - 1 = delta = sum p_j (c_j - 1) over the keys outside the block. Its second moment is
/// (1 - u)(n sum p^2 - (1 - u))/m, its third about (1 - u)(n^2 sum p^3 - 3 n sum p^2 + 2)/m^2. The paper's (1 - u)^2 (n sum p^2 - 1)/m is for m draws outside
/// the block; both are the same where u is small. Squared errors are expanded to the second order in delta, so they hold while it is small.
/// </para>
/// </summary>
public static class SampledRow
{
    /// <summary>Root mean square of the error of ln sum exp(score).</summary>
    public static double LogSumError(double sigma, int d, int n, int block, int samples)
    {
        var m = Moments(sigma, d, n, block, samples);
        // E ln(1 + delta)^2 = m2 - m3 + 11/12 m4, and m4 is about 3 m2^2.
        return Math.Sqrt(Math.Max(0, m.Second - m.Third + 2.75 * m.Second * m.Second));
    }

    /// <summary>Share by which the second order changes the mean square of ln sum exp: the expansion is good while it is small.</summary>
    public static double SecondOrder(double sigma, int d, int n, int block, int samples)
    {
        var m = Moments(sigma, d, n, block, samples);
        return Math.Abs(m.Third - 2.75 * m.Second * m.Second) / m.Second;
    }

    /// <summary>
    /// Relative output error for centred values: squared, (1 - u)(n/m)(1 - 1/n)(1 - 2 n sum p^3 / (m sum p^2) + 3 E delta^2), the last factor being what the
    /// division by Z' instead of Z does.
    /// </summary>
    public static double RelativeError(double sigma, int d, int n, int block, int samples)
    {
        double ratio = 0, weights = 0;
        var spread = TauSpread.Of(sigma, d);
        foreach (var (tau, weight) in spread)
        {
            var p2 = LogNormalRow.NSumP2(tau);
            weights += weight * p2;
            // n^2 sum p^3 = exp(3 tau^2).
            ratio += weight * p2 * (1 - 2 * Math.Exp(2 * tau * tau) / samples + 3 * Second(tau, n, block, samples));
        }

        // Far outside its range the expansion may fall below zero.
        return Math.Sqrt((1 - (double)block / n) * (n - 1.0) / samples * Math.Max(0, ratio) / weights);
    }

    /// <summary>Paper 4A: (1 - b/n) sqrt(n/m), for m draws outside the block and a normaliser without error.</summary>
    public static double LeadingRelativeError(int n, int block, int samples) => (1 - (double)block / n) * Math.Sqrt((double)n / samples);

    /// <summary>Expected 1 - (softmax mass of the keys that are kept at all): outside the block and never drawn.</summary>
    public static double TotalVariation(int n, int block, int samples) => (1 - (double)block / n) * Math.Exp(samples * Math.Log(1 - 1.0 / n));

    /// <summary>How much more than its share of the mass (power 1) or of sum p^2 (power 2) the block may hold: at most what a whole hash bucket gains.</summary>
    public static double BlockBias(double sigma, int d, int n, int block, int bits, int power) =>
        (double)block / n * (SignBuckets.Gain(power * sigma * sigma, d, bits) - 1);

    /// <summary>
    /// E ln kappa: the expected range, over so many rows, of ln of the sum of exp(score) over the n - b keys outside the block. Rows differ by their tau, and
    /// by the draw of their keys, taken as independent from row to row and normal with the exact mean and variance of ln Z (<see cref="ExactRow"/>).
    /// </summary>
    public static double LogKappa(double sigma, int d, int n, int block, int rows)
    {
        var parts = TauSpread.Of(sigma, d).Select(node =>
        {
            var means = new ExactRow(node.Tau, n - block, n - block).At(n - block);
            return (node.Weight, Mean: means.LnZ, Deviation: Math.Max(1e-9, Math.Sqrt(means.LnZVariance)));
        }).ToList();
        var low = parts.Min(p => p.Mean - 9 * p.Deviation);
        var high = parts.Max(p => p.Mean + 9 * p.Deviation);
        var range = 0.0;
        const int steps = 4000;
        for (var i = 0; i <= steps; i++)
        {
            var y = low + (high - low) * i / steps;
            double below = 0, above = 0;
            foreach (var (weight, mean, deviation) in parts)
            {
                below += weight * Cdf((y - mean) / deviation);
                above += weight * UpperTail((y - mean) / deviation);
            }

            range += 1 - Math.Pow(Math.Min(1, below), rows) - Math.Pow(Math.Min(1, above), rows);
        }

        return range * (high - low) / steps;
    }

    private static double Second(double tau, int n, int block, int samples)
    {
        var rest = 1 - (double)block / n;
        return rest * (LogNormalRow.NSumP2(tau) - rest) / samples;
    }

    private static (double Second, double Third) Moments(double sigma, int d, int n, int block, int samples)
    {
        double second = 0, third = 0;
        var rest = 1 - (double)block / n;
        foreach (var (tau, weight) in TauSpread.Of(sigma, d))
        {
            second += weight * Second(tau, n, block, samples);
            third += weight * rest * (Math.Exp(3 * tau * tau) - 3 * Math.Exp(tau * tau) + 2) / samples / samples;
        }

        return (second, third);
    }
}
