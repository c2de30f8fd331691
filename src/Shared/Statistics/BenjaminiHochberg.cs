namespace AttnSweep.Statistics;

/// <summary>Control of the false discovery rate over many tests (Benjamini and Hochberg 1995).</summary>
public static class BenjaminiHochberg
{
    /// <summary>The adjusted p-values, in the order given: a test is a discovery at rate q when its adjusted p is at most q.</summary>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        var order = Enumerable.Range(0, pValues.Count).OrderBy(i => pValues[i]).ToArray();
        var adjusted = new double[pValues.Count];
        var smallest = 1.0;
        for (var rank = order.Length; rank >= 1; rank--)
        {
            smallest = Math.Min(smallest, pValues[order[rank - 1]] * order.Length / rank);
            adjusted[order[rank - 1]] = smallest;
        }

        return adjusted;
    }
}
