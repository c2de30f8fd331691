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

    private static readonly ConcurrentDictionary<InputSpec, ImmutableSortedDictionary<string, double>> Cache = new();

    /// <summary>
    /// Predictions by metric name, for those metrics of <see cref="SparsityMetrics"/> that have one under this input's model and options: all for plain
    /// independent and shared inputs, tau_rms alone where second moments suffice, none for a file. Cached.
    /// </summary>
    public static ImmutableSortedDictionary<string, double> Predict(InputSpec input)
    {
        var options = input.Options;
        // A mean of V moves no score, and rounding to 16 bits moves tau by less than 1e-5 of it, unless float16 comes near its smallest numbers.
        if (input.Model == InputModels.File || (options.DType == StorageTypes.Half && input.Sigma < 0.01))
            return ImmutableSortedDictionary<string, double>.Empty;
        var relevant = input with { Heads = 1, Seed = 0, Options = options with { MeanV = 0, DType = StorageTypes.Full } };
        return Cache.GetOrAdd(relevant, Compute);
    }

    private static ImmutableSortedDictionary<string, double> Compute(InputSpec input)
    {
        var predictions = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        if (ScoreDeviation.TauRms(input) is { } tauRms)
            predictions[SparsityMetrics.TauRms] = tauRms;
        if (input.Model is InputModels.Independent or InputModels.Shared && input.Options == InputOptions.None)
        {
            var means = Means(input);
            for (var i = 0; i < means.Length; i++)
                predictions[Predicted[i]] = means[i];
        }

        return predictions.ToImmutable();
    }

    private static double[] Means(InputSpec input)
    {
        var lengths = input.Causal ? CausalLengths(input.N) : [(input.N, 1.0)];
        var means = new double[Predicted.Length];
        foreach (var (tau, weightOfTau) in TauSpread.Of(input.Sigma, input.D))
        {
            // q.q / sqrt(d) = sigma^2 sqrt(d) X with X = (tau / sigma^2)^2.
            double? self = input.Model == InputModels.Shared ? input.Sigma == 0 ? 0 : tau * tau * Math.Sqrt(input.D) / (input.Sigma * input.Sigma) : null;
            var rows = new ExactRow(tau, Math.Max(1, lengths[0].N - 2), input.N, self ?? double.NegativeInfinity);
            foreach (var (n, weightOfLength) in lengths)
            {
                var row = n == 1 ? [1, 0, 1, 1, 1, 1, 1, 0, 1, self ?? 0] : PredictRow(tau, self, rows, n, smoothed: input.Causal && n > EveryLengthUpTo);
                for (var i = 0; i < means.Length; i++)
                    means[i] += weightOfTau * weightOfLength * row[i];
            }
        }

        return means;
    }

    private static readonly string[] Predicted =
    [
        SparsityMetrics.FracLeInvN, SparsityMetrics.FracLeTenthInvN, SparsityMetrics.CountGt1E3,
        SparsityMetrics.TopN8Mass, SparsityMetrics.TopSqrtNMass, SparsityMetrics.KTv01Frac, SparsityMetrics.KTv001Frac,
        SparsityMetrics.Entropy, SparsityMetrics.NSumP2, SparsityMetrics.LseMinusLnN,
    ];

    /// <summary>The metrics in the order of <see cref="Predicted"/>.</summary>
    /// <param name="self">The query's score with itself, where that is not one of the others.</param>
    /// <param name="smoothed">n stands for a range of lengths: ceil(x) is taken at its average over them.</param>
    private static double[] PredictRow(double tau, double? self, ExactRow rows, int n, bool smoothed)
    {
        var topEighth = smoothed ? n / 8.0 + 3.5 / 8 : (n + 7) / 8;
        var topRoot = smoothed ? Math.Sqrt(n) + 0.5 : SoftmaxRow.CeilingOfRoot(n);
        if (self is { } known)
        {
            var row = new SelfRow(tau, known, rows, n);
            return Listed(row.FracLe, row.TopMass, row.KTvFrac, row.Exact);
        }

        var all = new FluctuatingRow(tau, rows, n);
        return Listed(all.FracLe, all.TopMass, all.KTvFrac, all.Exact);

        double[] Listed(Func<double, double> fracLe, Func<double, double> topMass, Func<double, double> kTvFrac, ExactRowMeans exact) =>
        [
            fracLe(1.0 / n), fracLe(0.1 / n), n * (1 - fracLe(1e-3)), topMass(topEighth), topMass(topRoot), kTvFrac(0.1), kTvFrac(0.01),
            exact.Entropy, n * exact.SumP2, exact.LnZ - Math.Log(n),
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
