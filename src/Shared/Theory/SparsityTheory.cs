using System.Collections.Concurrent;
using System.Collections.Immutable;
using AttnSweep.Sparsity;
using AttnSweep.Sweeps;

namespace AttnSweep.Theory;

/// <summary>
/// What theory predicts for the sparsity metrics of an input: expectations over rows, averaged over the spread of tau (paper section 0).
/// Entropy, n sum p^2 and lse are exact at every n (paper 4B), shares, counts, masses and k come from <see cref="FluctuatingRow"/>.
/// The largest p has no prediction.
/// </summary>
public static class SparsityTheory
{
    /// <summary>Causal inputs: every row length up to this is computed, longer ones are interpolated between geometric steps.</summary>
    private const int EveryLengthUpTo = 64;

    private const double LengthRatio = 1.2;

    private static readonly ConcurrentDictionary<(string Model, int N, int D, double Sigma, bool Causal), ImmutableSortedDictionary<string, double>> Cache = new();

    /// <summary>Predictions by metric name, for those metrics of <see cref="SparsityMetrics"/> that have one under this input model (none for a model that is not covered). Cached by (model, n, d, sigma, causal).</summary>
    public static ImmutableSortedDictionary<string, double> Predict(InputSpec input)
    {
        if (input.Model != InputModels.Independent)
            return ImmutableSortedDictionary<string, double>.Empty;
        return Cache.GetOrAdd((input.Model, input.N, input.D, input.Sigma, input.Causal), _ => Compute(input));
    }

    private static ImmutableSortedDictionary<string, double> Compute(InputSpec input)
    {
        var lengths = input.Causal ? CausalLengths(input.N) : [(input.N, 1.0)];
        var means = new double[Predicted.Length];
        foreach (var (tau, weightOfTau) in TauSpread.Of(input.Sigma, input.D))
        {
            var rows = new ExactRow(tau, Math.Max(1, lengths[0].N - 1), input.N);
            foreach (var (n, weightOfLength) in lengths)
            {
                var row = PredictRow(tau, rows, n, smoothed: input.Causal && n > EveryLengthUpTo);
                for (var i = 0; i < means.Length; i++)
                    means[i] += weightOfTau * weightOfLength * row[i];
            }
        }

        var predictions = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        predictions[SparsityMetrics.TauRms] = input.Sigma * input.Sigma;
        for (var i = 0; i < means.Length; i++)
            predictions[Predicted[i]] = means[i];
        return predictions.ToImmutable();
    }

    private static readonly string[] Predicted =
    [
        SparsityMetrics.FracLeInvN, SparsityMetrics.FracLeTenthInvN, SparsityMetrics.CountGt1E3,
        SparsityMetrics.TopN8Mass, SparsityMetrics.TopSqrtNMass, SparsityMetrics.KTv01Frac, SparsityMetrics.KTv001Frac,
        SparsityMetrics.Entropy, SparsityMetrics.NSumP2, SparsityMetrics.LseMinusLnN,
    ];

    /// <summary>The metrics in the order of <see cref="Predicted"/>.</summary>
    /// <param name="smoothed">n stands for a range of lengths: ceil(x) is taken at its average over them.</param>
    private static double[] PredictRow(double tau, ExactRow rows, int n, bool smoothed)
    {
        if (n == 1)
            return [1, 0, 1, 1, 1, 1, 1, 0, 1, 0];
        var row = new FluctuatingRow(tau, rows, n);
        return
        [
            row.FracLe(1.0 / n), row.FracLe(0.1 / n), n * (1 - row.FracLe(1e-3)),
            row.TopMass(smoothed ? n / 8.0 + 3.5 / 8 : (n + 7) / 8),
            row.TopMass(smoothed ? Math.Sqrt(n) + 0.5 : SoftmaxRow.CeilingOfRoot(n)),
            row.KTvFrac(0.1), row.KTvFrac(0.01),
            row.Exact.Entropy, n * row.Exact.SumP2, row.Exact.LnZ - Math.Log(n),
        ];
    }

    /// <summary>Row lengths 1..n of a causal input, each row weighing 1/n, thinned to nodes of a piecewise linear interpolation.</summary>
    private static IReadOnlyList<(int N, double Weight)> CausalLengths(int n)
    {
        var nodes = Enumerable.Range(1, Math.Min(n, EveryLengthUpTo)).ToList();
        while (nodes[^1] < n)
            nodes.Add((int)Math.Min(n, Math.Ceiling(nodes[^1] * LengthRatio)));

        var weights = new double[nodes.Count];
        weights[0] = 1.0 / n;
        for (var i = 1; i < nodes.Count; i++)
        {
            // The lengths nodes[i-1]+1 .. nodes[i], each split between the two nodes by its distance from them.
            double gap = nodes[i] - nodes[i - 1];
            weights[i] += (gap + 1) / 2 / n;
            weights[i - 1] += (gap - 1) / 2 / n;
        }

        return [.. nodes.Zip(weights)];
    }
}
