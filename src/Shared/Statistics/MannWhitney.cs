namespace AttnSweep.Statistics;

/// <summary>The Mann-Whitney U test, two-sided.</summary>
public static class MannWhitney
{
    /// <summary>Exact up to this many values in each series, where none are tied.</summary>
    private const int ExactUpTo = 20;

    /// <summary>U of the first series: pairs in which its value is the larger one, ties counting half.</summary>
    public static double U(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Rank(a, b).U;

    /// <summary>
    /// The probability of a U at least this extreme when both series come from one distribution. Exact for small series without ties, else
    /// the normal approximation with correction for ties and continuity.
    /// </summary>
    public static double PValue(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var (u, ties) = Rank(a, b);
        double n1 = a.Length, n2 = b.Length, n = n1 + n2;
        if (ties == 0 && a.Length <= ExactUpTo && b.Length <= ExactUpTo)
            return Exact(a.Length, b.Length, (int)Math.Min(u, n1 * n2 - u));

        var variance = n1 * n2 / 12 * (n + 1 - ties / (n * (n - 1)));
        if (variance <= 0)
            return 1; // every value is the same
        var distance = Math.Max(0, Math.Abs(u - n1 * n2 / 2) - 0.5);
        return Math.Min(1, 2 * StandardNormal.UpperTail(distance / Math.Sqrt(variance)));
    }

    private static (double U, double Ties) Rank(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.IsEmpty || b.IsEmpty)
            throw new ArgumentException("Both series need at least one value.");
        var values = new double[a.Length + b.Length];
        a.CopyTo(values);
        b.CopyTo(values.AsSpan(a.Length));
        var isFirst = new bool[values.Length];
        isFirst.AsSpan(0, a.Length).Fill(true);
        Array.Sort(values, isFirst);

        double rankSum = 0, ties = 0;
        for (var start = 0; start < values.Length;)
        {
            var end = start;
            var ofFirst = 0;
            while (end < values.Length && values[end] == values[start])
                ofFirst += isFirst[end++] ? 1 : 0;
            double tied = end - start;
            rankSum += ofFirst * (start + end + 1) / 2.0;
            ties += tied * tied * tied - tied;
            start = end;
        }

        return (rankSum - a.Length * (a.Length + 1) / 2.0, ties);
    }

    /// <summary>2 P(U &lt;= u), from the number of arrangements with each U (Mann and Whitney 1947).</summary>
    private static double Exact(int n1, int n2, int u)
    {
        // counts[i][s]: ways in which i values of the first series have s values of the second below them in all.
        var counts = new double[n1 + 1][];
        for (var i = 0; i <= n1; i++)
            counts[i] = new double[n1 * n2 + 1];
        counts[0][0] = 1;
        for (var below = 0; below <= n2; below++)
        {
            for (var i = 1; i <= n1; i++)
            {
                for (var s = below; s <= n1 * n2; s++)
                    counts[i][s] += counts[i - 1][s - below];
            }
        }

        return Math.Min(1, 2 * counts[n1].Take(u + 1).Sum() / counts[n1].Sum());
    }
}
