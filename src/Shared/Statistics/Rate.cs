using MathNet.Numerics.Distributions;

namespace AttnSweep.Statistics;

/// <summary>A share of cells with its exact interval (Clopper and Pearson 1934): honest also at 0 of many.</summary>
public sealed record Rate(int Count, int Of)
{
    private const double Confidence = 0.95;

    public double Share => Of == 0 ? 0 : (double)Count / Of;

    /// <summary>Lower end of the 95 % interval.</summary>
    public double Low => Count == 0 ? 0 : Beta.InvCDF(Count, Of - Count + 1, (1 - Confidence) / 2);

    /// <summary>Upper end of the 95 % interval; 1 where there is no cell.</summary>
    public double High => Count == Of ? 1 : Beta.InvCDF(Count + 1, Of - Count, (1 + Confidence) / 2);

    public static Rate Where<T>(IReadOnlyCollection<T> items, Func<T, bool> holds) => new(items.Count(holds), items.Count);
}
