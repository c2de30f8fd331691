using MathNet.Numerics;

namespace AttnSweep.Statistics;

/// <summary>
/// The distribution-free interval of a median: between two order statistics, by the binomial distribution of the number of
/// samples below the true median (David and Nagaraja, Order Statistics, section 7.1).
/// </summary>
public static class MedianInterval
{
    /// <summary>
    /// The 1-based rank r such that [x_(r), x_(count+1-r)] covers the median with at least the confidence asked for, as large as
    /// possible; 0 when even [min, max] does not cover it so often (fewer than 6 samples at 95 %, 8 at 99 %).
    /// </summary>
    public static int LowerRank(int count, double confidence)
    {
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "A confidence lies between 0 and 1, e.g. 0.99.");
        if (count < 2)
            return 0;

        // From the middle outwards: about sqrt(count) steps, cheap enough to be asked after every sample.
        var k = (count - 1) / 2;
        var pmf = Math.Exp(SpecialFunctions.GammaLn(count + 1.0) - SpecialFunctions.GammaLn(k + 1.0)
            - SpecialFunctions.GammaLn(count - k + 1.0) - count * Constants.Ln2);
        // By symmetry: half of everything, less half of the middle term where there is one.
        var middle = count % 2 == 0 ? pmf * (count - k) / (k + 1.0) : 0;
        var atMostK = (1 - middle) / 2;
        var allowed = (1 - confidence) / 2 + 1e-13;
        while (k >= 0 && atMostK > allowed)
        {
            atMostK -= pmf;
            pmf *= k / (count - k + 1.0);
            k--;
        }

        return k + 1;
    }

    /// <summary>The interval of the median of values in ascending order; [min, max] where there are too few for the confidence.</summary>
    public static (double Low, double High) OfSorted(ReadOnlySpan<double> sorted, double confidence)
    {
        var rank = Math.Max(1, LowerRank(sorted.Length, confidence));
        return (sorted[rank - 1], sorted[^rank]);
    }
}
