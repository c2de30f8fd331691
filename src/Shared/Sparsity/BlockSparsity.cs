using AttnSweep.Results;
using AttnSweep.Statistics;

namespace AttnSweep.Sparsity;

/// <summary>
/// How sparse attention is for a kernel that skips whole square blocks of queries and keys. Two rules: a block is empty when none of its p is above 1/n;
/// and of the key blocks of a query block, in order of their mass, as many are needed as hold 95 % of it.
/// </summary>
public sealed class BlockSparsity(int block)
{
    private const double Lost = 0.05;

    private readonly List<double> _empty = [];
    private readonly List<double> _needed = [];

    /// <summary>Adds the softmax rows of one block of queries, all over the same n keys.</summary>
    public void Add(ReadOnlySpan<double[]> rows)
    {
        var n = rows[0].Length;
        var masses = new double[(n + block - 1) / block];
        var empty = 0;
        for (var b = 0; b < masses.Length; b++)
        {
            var largest = 0.0;
            foreach (var row in rows)
            {
                for (var j = b * block; j < Math.Min(n, (b + 1) * block); j++)
                {
                    masses[b] += row[j];
                    largest = Math.Max(largest, row[j]);
                }
            }

            empty += largest <= 1.0 / n ? 1 : 0;
        }

        Array.Sort(masses);
        var (dropped, lost) = (0, 0.0);
        while (dropped < masses.Length && lost + masses[dropped] <= Lost * rows.Length)
            lost += masses[dropped++];
        _empty.Add((double)empty / masses.Length);
        _needed.Add((double)(masses.Length - dropped) / masses.Length);
    }

    /// <summary>By name, over the query blocks: <c>block_64_empty_frac</c> and <c>block_64_k_tv_0_05_frac</c> for blocks of 64.</summary>
    public IReadOnlyList<KeyValuePair<string, MetricSummary>> Summarise() =>
    [
        new($"block_{block}_empty_frac", Summary([.. _empty])),
        new($"block_{block}_k_tv_0_05_frac", Summary([.. _needed])),
    ];

    private static MetricSummary Summary(double[] values)
    {
        Array.Sort(values);
        var (mean, deviation) = SampleStatistics.MeanAndDeviation(values);
        return new MetricSummary(
            mean, deviation, Quantiles.OfSorted(values, 0.05), Quantiles.MedianOfSorted(values), Quantiles.OfSorted(values, 0.95), values[0], values[^1]);
    }
}
