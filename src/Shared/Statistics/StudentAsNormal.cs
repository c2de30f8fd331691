using MathNet.Numerics.Distributions;

namespace AttnSweep.Statistics;

/// <summary>
/// A t statistic as the normal score that is equally unlikely (two-sided). Read as if normal, the t of a few seeds cries wolf: with four seeds
/// |t| is above 4 in 2.8 % of all cases, a normal |z| in 0.006 %. The function student_z in the store is the same in SQL.
/// </summary>
public static class StudentAsNormal
{
    /// <summary>Beyond this many degrees of freedom t and z differ by less than 3e-4 up to |t| of 10.</summary>
    private const double AsGoodAsNormal = 1e6;

    /// <returns>z with the sign of t and P(|Z| &gt; |z|) = P(|T| &gt; |t|); infinite for an infinite t.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The degrees of freedom are not positive.</exception>
    public static double Z(double t, double degrees)
    {
        if (!(degrees > 0))
            throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "Degrees of freedom are positive.");
        if (double.IsInfinity(t) || degrees > AsGoodAsNormal)
            return t;
        var tail = StudentT.CDF(0, 1, degrees, -Math.Abs(t));
        var z = tail > 0 ? -StandardNormal.Quantile(tail) : Wallace(t, degrees);
        return t < 0 ? -z : z;
    }

    /// <summary>For tails too small for a double (Wallace 1959, Annals of Mathematical Statistics 30:1124).</summary>
    private static double Wallace(double t, double degrees) =>
        (8 * degrees + 1) / (8 * degrees + 3) * Math.Sqrt(degrees * Math.Log(1 + t * t / degrees));
}
