namespace AttnSweep.Kernels.Inputs;

/// <summary>
/// A stream of random numbers that is a function of (seed, index): element 10^9 costs what element 0 costs, and any part
/// can be made anywhere in any order. The words are SplitMix64's (paper section 4H), the normals Box-Muller pairs of them.
/// </summary>
public readonly record struct NormalSequence(ulong Seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>An independent stream named by a word, such as a tensor's number.</summary>
    public NormalSequence Derive(ulong name) => new(Mix(Mix(Seed + Golden) ^ ((name + 1) * 0xD1342543DE82EF95)));

    /// <summary>Word <paramref name="index"/> (from 0) of SplitMix64 started with state = seed.</summary>
    public ulong Word(ulong index) => Mix(Seed + ((index + 1) * Golden));

    /// <summary>Uniform in (0, 1), never an end point.</summary>
    public double Uniform(ulong index) => ((Word(index) >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>Standard normals 2 * pair and 2 * pair + 1.</summary>
    public (double Even, double Odd) Pair(ulong pair)
    {
        var radius = Math.Sqrt(-2.0 * DeterministicMath.Log(Uniform(2 * pair)));
        var (sin, cos) = DeterministicMath.SinCosTurns(Uniform((2 * pair) + 1));
        return (radius * cos, radius * sin);
    }

    /// <summary>Fills with deviation * normal(first), deviation * normal(first + 1), …</summary>
    public void Fill(Span<float> values, ulong first, double deviation)
    {
        var index = 0;
        if (values.Length > 0 && first % 2 == 1)
        {
            values[index++] = (float)(deviation * Pair(first / 2).Odd);
        }

        for (; index + 1 < values.Length; index += 2)
        {
            var (even, odd) = Pair((first + (ulong)index) / 2);
            values[index] = (float)(deviation * even);
            values[index + 1] = (float)(deviation * odd);
        }

        if (index < values.Length)
        {
            values[index] = (float)(deviation * Pair((first + (ulong)index) / 2).Even);
        }
    }

    /// <summary>Fills with normal(first), normal(first + 1), … in double precision.</summary>
    public void Fill(Span<double> values, ulong first)
    {
        for (var index = 0; index < values.Length; index++)
        {
            var at = first + (ulong)index;
            var (even, odd) = Pair(at / 2);
            values[index] = at % 2 == 0 ? even : odd;
            if (at % 2 == 0 && index + 1 < values.Length)
            {
                values[++index] = odd;
            }
        }
    }

    /// <summary>
    /// Fills with Student's t of nu degrees of freedom, scaled to variance 1, from element <paramref name="first"/> on. Bailey's polar method
    /// (Mathematics of Computation 62, 1994): sqrt(nu (u^(-2/nu) - 1)) cos(2 pi v) is exactly t; its sine twin would be uncorrelated with it
    /// but not independent, and is not used.
    /// </summary>
    /// <param name="nu">Above 2, where the variance nu / (nu - 2) is finite.</param>
    public void FillStudent(Span<double> values, ulong first, double nu)
    {
        for (var index = 0; index < values.Length; index++)
        {
            var at = first + (ulong)index;
            var squared = DeterministicMath.ExpM1(-2.0 / nu * DeterministicMath.Log(Uniform(2 * at)));
            values[index] = Math.Sqrt((nu - 2.0) * squared) * DeterministicMath.SinCosTurns(Uniform((2 * at) + 1)).Cos;
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
