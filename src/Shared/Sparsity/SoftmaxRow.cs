namespace AttnSweep.Sparsity;

/// <summary>The metrics of one softmax row (definitions: <see cref="SparsityMetrics"/>), apart from the spread of its scores.</summary>
internal readonly record struct SoftmaxRow(
    double FracLeInvN, double FracLeTenthInvN, double CountGt1E3, double TopN8Mass, double TopSqrtNMass,
    double KTv01Frac, double KTv001Frac, double Entropy, double NSumP2, double LseMinusLnN, double MaxP,
    double FracLeTenInvN, double CountGt1E2, double CountGt1E4, double KTv005Frac)
{
    /// <summary>The metrics of a row from its finite scores in ascending order; the span is overwritten.</summary>
    public static SoftmaxRow OfAscending(Span<double> scores)
    {
        var n = scores.Length;
        var largest = scores[^1];
        double z = 0, weightedScores = 0, squares = 0;
        for (var j = 0; j < n; j++)
        {
            // From the smallest up, so that tails far below the largest still add exactly.
            var shifted = scores[j] - largest;
            var e = Math.Exp(shifted);
            scores[j] = e;
            z += e;
            weightedScores += e * shifted;
            squares += e * e;
        }

        var topEighth = (n + 7) / 8;
        var topRoot = CeilingOfRoot(n);
        int atMostInvN = 0, atMostTenth = 0, atMostTen = 0, aboveHundredth = 0, aboveThousandth = 0, aboveTenThousandth = 0, droppedAt01 = 0, droppedAt005 = 0, droppedAt001 = 0;
        double tail = 0, tailOfEighth = 0, tailOfRoot = 0;
        for (var j = 0; j < n; j++)
        {
            if (j == n - topEighth)
                tailOfEighth = tail;
            if (j == n - topRoot)
                tailOfRoot = tail;
            var p = scores[j] / z;
            tail += scores[j];
            atMostInvN += p <= 1.0 / n ? 1 : 0;
            atMostTenth += p <= 0.1 / n ? 1 : 0;
            atMostTen += p <= 10.0 / n ? 1 : 0;
            aboveHundredth += p > 1e-2 ? 1 : 0;
            aboveThousandth += p > 1e-3 ? 1 : 0;
            aboveTenThousandth += p > 1e-4 ? 1 : 0;
            droppedAt01 += tail <= 0.1 * z ? 1 : 0;
            droppedAt005 += tail <= 0.05 * z ? 1 : 0;
            droppedAt001 += tail <= 0.01 * z ? 1 : 0;
        }

        return new SoftmaxRow(
            (double)atMostInvN / n, (double)atMostTenth / n, aboveThousandth, 1 - tailOfEighth / z, 1 - tailOfRoot / z,
            (double)(n - droppedAt01) / n, (double)(n - droppedAt001) / n,
            Math.Log(z) - weightedScores / z, n * (squares / (z * z)), largest + Math.Log(z) - Math.Log(n), 1 / z,
            (double)atMostTen / n, aboveHundredth, aboveTenThousandth, (double)(n - droppedAt005) / n);
    }

    /// <summary>ceil(sqrt n), exact for every int.</summary>
    public static int CeilingOfRoot(int n)
    {
        var root = (int)Math.Ceiling(Math.Sqrt(n));
        return (long)(root - 1) * (root - 1) >= n ? root - 1 : root;
    }
}
