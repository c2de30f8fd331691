namespace AttnSweep.Theory;

/// <summary>
/// Sign hashing of Gaussian queries and keys: a key at angle theta falls into the query's bucket of r bits with probability (1 - theta/pi)^r. How much
/// more softmax mass a bucket holds than its share of the keys is the gain of LSH over chance.
/// <para>
/// Weighing keys by exp(score) moves their component along the query by tau standard deviations, so gain = E(1 - theta'/pi)^r / E(1 - theta/pi)^r with
/// cos theta' = (z + tau)/sqrt((z + tau)^2 + chi2_{d-1}). Sums over keys are taken at their expectations (paper 4A, "LN"): good while tau is below about
/// 0.35 sqrt(2 ln n). The exp(2 r tau/(pi sqrt d)) of paper 4A is the limit of large d at fixed r tau/sqrt(d); at d = 16, r = 6, tau = 1 it is 20 % too high.
/// </para>
/// </summary>
public static class SignBuckets
{
    /// <summary>Expected share of the keys in the query's bucket.</summary>
    public static double Share(int d, int bits) => Collision(0, d, bits);

    /// <summary>Expected mass of the bucket over its expected share of the keys, for a query whose scores have deviation tau.</summary>
    public static double Gain(double tau, int d, int bits) => Collision(tau, d, bits) / Collision(0, d, bits);

    /// <summary>The same averaged over the queries.</summary>
    public static double MeanGain(double sigma, int d, int bits) => TauSpread.Average(sigma, d, tau => Gain(tau, d, bits));

    /// <summary>Paper 4A: the limit of large d.</summary>
    public static double LeadingGain(double tau, int d, int bits) => Math.Exp(2 * bits * tau / (Math.PI * Math.Sqrt(d)));

    /// <summary>E(1 - theta/pi)^r where the component along the query is N(tau, 1) and the others are d - 1 standard normals.</summary>
    private static double Collision(double tau, int d, int bits)
    {
        if (d < 2)
            throw new ArgumentOutOfRangeException(nameof(d), d, "An angle takes at least 2 dimensions.");
        var sum = 0.0;
        // The length of the other components, as X = chi2/(d - 1): TauSpread at sigma = 1 gives its root.
        foreach (var (root, weight) in TauSpread.Of(1, d - 1))
        {
            var across = root * Math.Sqrt(d - 1);
            foreach (var (z, share) in FluctuatingRow.Nodes)
                sum += weight * share * Math.Pow(1 - Math.Atan2(across, z + tau) / Math.PI, bits);
        }

        return sum;
    }
}
