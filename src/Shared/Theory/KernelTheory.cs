using System.Collections.Concurrent;
using System.Collections.Immutable;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Theory;

/// <summary>
/// What theory predicts of a kernel's cell, by column of <c>v_cells</c> (<c>ln_kappa</c>: ln of <c>kappa</c>), with the formula's own tolerance and its
/// range. Only for what the formulas are about: independent Gaussian inputs without options, every query seeing every key. x = sigma^2 / sqrt(2 ln n).
/// </summary>
public static class KernelTheory
{
    public const string TotalVariation = "total_variation";
    public const string RelativeError = "rel_error";
    public const string LogSumError = "lse_error";
    public const string LogKappa = "ln_kappa";
    public const string BucketGain = "bucket_gain";
    public const string KeptFraction = "kept_fraction";

    /// <summary>Up to here sums over keys are at their expectations (paper section 0).</summary>
    public const double LogNormalLimit = 0.35;

    /// <summary>Bias of a score-blind block, as a share of the prediction, above which the formula says nothing.</summary>
    public const double BlockBiasLimit = 0.05;

    /// <summary>Share of the second order above which an expansion is not trusted.</summary>
    public const double SecondOrderLimit = 0.15;

    private static readonly ConcurrentDictionary<(InputSpec, string, int), ImmutableSortedDictionary<string, Prediction>> Cache = new();

    /// <param name="verifiedRows">Rows per head that errors are taken on; kappa is a range over rows and grows with their number.</param>
    public static ImmutableSortedDictionary<string, Prediction> Predict(InputSpec input, KernelSpec kernel, int verifiedRows)
    {
        var none = ImmutableSortedDictionary<string, Prediction>.Empty;
        if (input.Model != InputModels.Independent || input.Causal || input.N < 2 || input.D < 2 || input.Options with { DType = StorageTypes.Full } != InputOptions.None)
            return none;
        var key = string.Join(' ', kernel.Parameters.Select(p => FormattableString.Invariant($"{p.Key}={p.Value:R}")).Prepend(kernel.Name));
        var relevant = input with { Seed = 0, Options = InputOptions.None };
        return Cache.GetOrAdd((relevant, key, Math.Min(verifiedRows, input.N)), _ => kernel.Name switch
        {
            "window" => ScoreBlind(relevant, [(Math.Min(kernel.Count("width"), input.N), 1)]),
            "sink-window" => ScoreBlind(relevant, ScoreBlindRow.SinkWindow(input.N, kernel.Count("sinks"), Math.Min(kernel.Count("width"), input.N))),
            "topk" => TopK(relevant, kernel.Count("k")),
            "threshold" when kernel.Parameters.TryGetValue("epsilon", out var epsilon) => Threshold(relevant, epsilon),
            "block-topk" => BlockTopK(relevant, kernel.Count("block"), kernel.Count("keep")),
            "hyper" when input.N >= kernel.Count("minimum") => Hyper(relevant, kernel, Math.Min(verifiedRows, input.N)),
            _ => none,
        });
    }

    /// <summary>Exact at every n and sigma; the tolerance is that of the quadrature.</summary>
    private static ImmutableSortedDictionary<string, Prediction> ScoreBlind(InputSpec input, IReadOnlyList<(int Kept, double Share)> rows)
    {
        var error = ScoreBlindRow.RelativeError(input.Sigma, input.D, input.N, rows);
        return Of(
            (TotalVariation, new Prediction(rows.Sum(r => r.Share * ScoreBlindRow.TotalVariation(r.Kept, input.N)), 1e-6)),
            (RelativeError, new Prediction(error, (1e-3 + RatioBias(input)) * error)));
    }

    /// <summary>Masses hold at every sigma within 1 % (<see cref="FluctuatingRow"/>); the split of sum p^2 only where it is log-normal.</summary>
    private static ImmutableSortedDictionary<string, Prediction> TopK(InputSpec input, int k)
    {
        if (k >= input.N)
            return Of();
        var rho = (double)k / input.N;
        var mass = TauSpread.Average(input.Sigma, input.D, tau => new FluctuatingRow(tau, new ExactRow(tau, input.N - 1, input.N), input.N).TopMass(k));
        double squares = 0, all = 0;
        foreach (var (tau, weight) in TauSpread.Of(input.Sigma, input.D))
        {
            all += weight * LogNormalRow.NSumP2(tau);
            squares += weight * LogNormalRow.NSumP2(tau) * LogNormalRow.TopKRelativeSquaredError(tau, rho);
        }

        var error = Math.Sqrt(squares / all);
        return Of(
            (TotalVariation, new Prediction(1 - mass, 0.01 * Math.Min(mass, 1 - mass))),
            (RelativeError, new Prediction(error, (0.02 + RatioBias(input)) * error, OutsideLogNormal(input))));
    }

    private static ImmutableSortedDictionary<string, Prediction> Threshold(InputSpec input, double epsilon)
    {
        var kept = TauSpread.Average(input.Sigma, input.D, tau => 1 - new FluctuatingRow(tau, new ExactRow(tau, input.N - 1, input.N), input.N).FracLe(epsilon));
        return Of((KeptFraction, new Prediction(kept, 0.015 * kept)));
    }

    private static ImmutableSortedDictionary<string, Prediction> BlockTopK(InputSpec input, int block, int keep)
    {
        block = Math.Min(block, input.N);
        var blocks = (input.N + block - 1) / block;
        var kept = Math.Min(blocks, (keep + block - 1) / block);
        if (kept == blocks)
            return Of();
        var outside = input.N % block != 0 ? $"the last of the blocks of {block} is shorter" : OutsideLogNormal(input);
        var rho = (double)kept / blocks;
        var mass = PooledBlocks.Mass(input.Sigma, input.D, block, rho);
        var error = PooledBlocks.RelativeError(input.Sigma, input.D, block, rho);
        return Of(
            (TotalVariation, new Prediction(1 - mass, 0.02 * Math.Abs(mass - rho) + 1e-4, outside)),
            (RelativeError, new Prediction(error, (0.02 + RatioBias(input)) * error, outside)));
    }

    private static ImmutableSortedDictionary<string, Prediction> Hyper(InputSpec input, KernelSpec kernel, int rows)
    {
        var (sigma, d, n) = (input.Sigma, input.D, input.N);
        var (block, samples, bits) = (Math.Min(kernel.Count("block"), n), kernel.Count("samples"), kernel.Count("bits"));
        if (block >= n)
            return Of();
        var logNormal = OutsideLogNormal(input);
        var massBias = SampledRow.BlockBias(sigma, d, n, block, bits, 1);
        var squareBias = SampledRow.BlockBias(sigma, d, n, block, bits, 2);
        var order = SampledRow.SecondOrder(sigma, d, n, block, samples);
        var expansion = logNormal
            ?? (order > SecondOrderLimit ? FormattableString.Invariant($"the second order in the error of the sum is {100 * order:0} % of the first, above {100 * SecondOrderLimit:0} %") : null);
        var error = SampledRow.RelativeError(sigma, d, n, block, samples);
        var logSum = SampledRow.LogSumError(sigma, d, n, block, samples);
        var lost = SampledRow.TotalVariation(n, block, samples);
        var gain = SignBuckets.MeanGain(sigma, d, bits);
        var predictions = new List<(string, Prediction)>
        {
            (TotalVariation, new Prediction(lost, massBias * lost, OutsideBias(massBias))),
            (RelativeError, new Prediction(error, (squareBias / 2 + order * order + 0.002 + RatioBias(input)) * error, expansion ?? OutsideBias(squareBias / 2))),
            (LogSumError, new Prediction(logSum, (squareBias / 2 + order * order + 0.002) * logSum, expansion ?? OutsideBias(squareBias / 2))),
            (BucketGain, new Prediction(gain, 0.01 * gain, logNormal)),
        };
        if (input.Heads == 1)
        {
            var kappa = SampledRow.LogKappa(sigma, d, n, block, rows);
            // The largest of many rows is where a single key carries the sum first: 12 seeds at x = 0.6 gave 3.2 where normal logarithms say 2.6.
            predictions.Add((LogKappa, new Prediction(kappa, 0.02 * kappa + 2 * massBias, logNormal ?? OutsideBias(massBias))));
        }

        return Of([.. predictions]);
    }

    /// <summary>
    /// Formulas give the root of a ratio of expectations; what is measured is the mean over seeds of roots of ratios. Outputs of different rows share V, with
    /// correlation r = 1/(n sum p^2), so that sum ||o||^2 scatters by a variance of about 2 r^2/d from seed to seed, and its inverse root lies 3/8 of that higher.
    /// </summary>
    private static double RatioBias(InputSpec input)
    {
        var shared = 1 / TauSpread.Average(input.Sigma, input.D, tau => Math.Exp(Math.Min(100, tau * tau)));
        return 0.75 * shared * shared / input.D;
    }

    private static string? OutsideBias(double bias) => bias > BlockBiasLimit
        ? FormattableString.Invariant($"hashing may move the block's share by {100 * bias:0.#} %, above {100 * BlockBiasLimit:0} %")
        : null;

    private static string? OutsideLogNormal(InputSpec input)
    {
        var x = input.Sigma * input.Sigma / Math.Sqrt(2 * Math.Log(input.N));
        return x > LogNormalLimit ? FormattableString.Invariant($"x = {x:0.00} is above {LogNormalLimit}: a few keys carry the sums") : null;
    }

    private static ImmutableSortedDictionary<string, Prediction> Of(params (string Name, Prediction Value)[] predictions) =>
        predictions.ToImmutableSortedDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
}
