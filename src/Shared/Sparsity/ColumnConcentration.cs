using AttnSweep.Results;
using AttnSweep.Statistics;

namespace AttnSweep.Sparsity;

/// <summary>
/// How much attention heaps up on single keys: n times the sum over rows i of p_ij^2, for each key j (paper B9). The largest over the keys is
/// HyperAttention's alpha; the mean is that of n sum p^2. It takes every row: a sample of rows would find single large weights by chance.
/// </summary>
public sealed class ColumnConcentration(int n)
{
    private readonly double[] _squares = new double[n];

    /// <summary>Adds one row, given its n scores; they are overwritten by the softmax.</summary>
    public void Add(Span<double> scores)
    {
        if (scores.Length != _squares.Length)
            throw new ArgumentException($"A row has {_squares.Length} scores, not {scores.Length}.", nameof(scores));
        var largest = double.NegativeInfinity;
        foreach (var score in scores)
            largest = Math.Max(largest, score);
        var sum = 0.0;
        foreach (ref var score in scores)
        {
            score = Math.Exp(score - largest);
            sum += score;
        }

        for (var j = 0; j < scores.Length; j++)
        {
            scores[j] /= sum;
            _squares[j] += scores[j] * scores[j];
        }
    }

    /// <summary>Over the keys; the maximum is alpha.</summary>
    public MetricSummary Summarise()
    {
        var alphas = Array.ConvertAll(_squares, square => _squares.Length * square);
        Array.Sort(alphas);
        var (mean, deviation) = SampleStatistics.MeanAndDeviation(alphas);
        return new MetricSummary(
            mean, deviation, Quantiles.OfSorted(alphas, 0.05), Quantiles.MedianOfSorted(alphas), Quantiles.OfSorted(alphas, 0.95), alphas[0], alphas[^1]);
    }
}
