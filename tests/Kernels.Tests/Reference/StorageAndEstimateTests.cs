using System.Collections.Immutable;
using AttnSweep.Kernels.Benchmarks;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Reference;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Reference;

/// <summary>What a check tells beside right and wrong.</summary>
public sealed class StorageAndEstimateTests
{
    private const int N = 96;
    private const int D = 16;

    [Fact]
    public void Float32_has_no_storage_error_and_narrower_types_have_the_larger_one_the_fewer_bits_they_keep()
    {
        Assert.Null(Check(StorageTypes.Full, "flash").Storage);
        var (half, brain) = (Check(StorageTypes.Half, "flash").Storage!, Check(StorageTypes.Brain, "flash").Storage!);

        // A rounding moves an entry by up to 2^-11 and 2^-8 of it: a factor of 8 between the two.
        Assert.InRange(half.RelativeFrobenius, 5e-5, 5e-3);
        Assert.InRange(brain.RelativeFrobenius / half.RelativeFrobenius, 4, 16);
        Assert.True(half.MaxAbsolute > 0 && half.SelectionChanged is null);
    }

    [Fact]
    public void The_storage_error_is_that_of_attention_on_the_rounded_tensors()
    {
        var spec = Spec(StorageTypes.Brain);
        var (rounded, full) = (AttentionInput.Create(spec), AttentionInput.Create(spec with { Options = InputOptions.None }));
        var (error, truth) = (0.0, 0.0);
        for (var row = 0; row < N; row++)
        {
            var (o, exact) = (Dense(rounded, row), Dense(full, row));
            error += o.Zip(exact, (a, b) => (a - b) * (a - b)).Sum();
            truth += exact.Sum(x => x * x);
        }

        Assert.Equal(Math.Sqrt(error / truth), Check(StorageTypes.Brain, "flash").Storage!.RelativeFrobenius, 1e-9);
    }

    [Fact]
    public void Rounding_changes_what_is_kept_by_score_and_nothing_of_a_window()
    {
        Assert.Equal(0, Check(StorageTypes.Brain, "window", ("width", 12)).Storage!.SelectionChanged);
        Assert.InRange(Check(StorageTypes.Brain, "topk", ("k", 24)).Storage!.SelectionChanged!.Value, 1e-4, 0.2);
        Assert.InRange(Check(StorageTypes.Brain, "block-topk", ("block", 4), ("keep", 24)).Storage!.SelectionChanged!.Value, 0, 0.3);
    }

    [Fact]
    public void Distances_of_an_output_agree_with_each_other()
    {
        var dense = Check(StorageTypes.Full, "flash").Distance!;
        Assert.InRange(dense.RelativeL1, 0, 1e-5);
        Assert.Equal(1, dense.Cosine, 9);
        var error = Check(StorageTypes.Full, "topk", ("k", 12));

        Assert.InRange(error.Distance!.Cosine, 0.2, 0.99);
        Assert.InRange(error.Distance.RelativeL1 / error.RelativeFrobenius, 0.5, 2);
        Assert.InRange(error.Distance.RootMeanSquare, 0, error.MaxAbsolute);
    }

    [Fact]
    public void Kernels_that_estimate_tell_their_errors_of_the_sum_and_kappa_and_others_do_not()
    {
        Assert.Null(Check(StorageTypes.Full, "topk", ("k", 8)).Estimate);
        Assert.Null(Check(StorageTypes.Full, "sample-topk", ("k", 8), ("samples", 8)).Estimate!.BucketGain);
        var hyper = Check(StorageTypes.Full, "hyper", ("bits", 2), ("block", 16), ("samples", 32), ("minimum", 16)).Estimate!;
        Assert.InRange(hyper.LogSum, 0.01, 1);
        Assert.InRange(hyper.RowSumRatio, 1.1, 1000);
        Assert.InRange(hyper.BucketGain!.Value, 1, 4);

        // One draw of every key on average: many more draws, and the sum is known better.
        var better = Check(StorageTypes.Full, "hyper", ("bits", 2), ("block", 16), ("samples", 96), ("minimum", 16)).Estimate!;
        Assert.True(better.LogSum < hyper.LogSum);
    }

    [Fact]
    public void Alpha_is_told_where_every_row_was_sampled_and_its_mean_is_n_sum_p2()
    {
        var verifier = new KernelVerifier(AttentionInput.Create(Spec(StorageTypes.Full)), 8);
        Assert.Null(verifier.MeasureAlpha(N - 1));
        var alpha = verifier.MeasureAlpha(N)!;
        var rows = new Sparsity.RowSparsity();
        verifier.MeasureSparsity(rows, N);
        Assert.Equal(rows.Summarise()[Sparsity.SparsityMetrics.NSumP2].Mean, alpha.Mean, 1e-9);
        Assert.True(alpha.Max > 2 * alpha.Mean);
        Assert.Null(new KernelVerifier(AttentionInput.Create(Spec(StorageTypes.Full) with { Causal = true }), 8).MeasureAlpha(N));
    }

    [Fact]
    public void Blocks_are_told_where_the_sample_has_a_whole_one()
    {
        var verifier = new KernelVerifier(AttentionInput.Create(Spec(StorageTypes.Full) with { N = 300, Sigma = 1.5 }), 8);
        Assert.Empty(verifier.MeasureBlocks(127));
        var blocks = verifier.MeasureBlocks(256).ToDictionary(m => m.Key, m => m.Value.Mean);
        Assert.Equal(["block_128_empty_frac", "block_128_k_tv_0_05_frac", "block_64_empty_frac", "block_64_k_tv_0_05_frac"], blocks.Keys.Order(StringComparer.Ordinal));

        // Of independent inputs no block of thousands of pairs is without a large one.
        Assert.Equal((0, 1), (blocks["block_128_empty_frac"], blocks["block_128_k_tv_0_05_frac"]));
        Assert.Empty(new KernelVerifier(AttentionInput.Create(Spec(StorageTypes.Full) with { N = 300, Causal = true }), 8).MeasureBlocks(256));
    }

    [Fact]
    public void The_processors_ceilings_are_numbers_of_a_machine()
    {
        using var team = new ThreadTeam(1);
        var ceilings = ProcessorCeilings.Measure(team);
        Assert.InRange(ceilings.Gflops!.Value, 0.1, 10_000);
        Assert.InRange(ceilings.Gigabytes!.Value, 0.05, 10_000);
    }

    private static InputSpec Spec(string dtype) => new(InputModels.Independent, 1, N, D, 1, 5, false) { Options = InputOptions.None with { DType = dtype } };

    private static KernelError Check(string dtype, string kernel, params (string Name, double Value)[] parameters)
    {
        var input = AttentionInput.Create(Spec(dtype));
        var spec = new KernelSpec(kernel, parameters.ToImmutableSortedDictionary(p => p.Name, p => p.Value), kernel);
        using var device = new CpuSimdDevice(threads: 1);
        using var prepared = device.Prepare(spec, input);
        prepared.Launch(1);
        var output = new float[input.Q.Length];
        prepared.ReadOutput(output);
        var verdict = new KernelVerifier(input, N).Check(spec, output);
        Assert.True(verdict.IsRight, verdict.WhyWrong);
        return verdict.Error;
    }

    private static double[] Dense(AttentionInput input, int row)
    {
        var weights = Enumerable.Range(0, N).Select(j => Math.Exp(input.Spec.Scale * Enumerable.Range(0, D).Sum(c => (double)input.Q[(row * D) + c] * input.K[(j * D) + c]))).ToArray();
        return [.. Enumerable.Range(0, D).Select(c => weights.Select((w, j) => w * input.V[(j * D) + c]).Sum() / weights.Sum())];
    }
}
