using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Mutants;

/// <summary>flash on cpu-simd made wrong on purpose, behind the real runner.</summary>
public sealed class WrongCpuKernelTests
{
    /// <summary>400 keys are several groups, the last of them short.</summary>
    private static readonly InputSpec Input = new(InputModels.Independent, 1, 400, 48, Sigma: 1, Seed: 3, Causal: true);

    [Theory]
    [InlineData("MaskOffByOne", 1)]
    [InlineData("NotRescaled", 4)] // scores that rise far enough from group to group for sums to be rescaled
    [InlineData("LastTileDropped", 1)]
    [InlineData("Race", 1)]
    public async Task A_wrong_kernel_ends_as_wrong_result_and_its_time_is_withheld(string mutant, double sigma)
    {
        using var device = new CpuMutantDevice(mutant);
        var results = await MutantShard.MeasureAsync(device, Input with { Sigma = sigma }, KernelSpec.Plain("flash"), KernelSpec.Plain("naive"));

        Assert.Equal(Outcome.WrongResult, results[101].Outcome);
        Assert.Empty(results[101].Trials);
        Assert.Contains("flash: head ", results[101].Detail, StringComparison.Ordinal);
        Assert.Equal(Outcome.Ok, results[102].Outcome);
        Assert.All(results[102].Trials, t => Assert.Null(t.DenseMedianUs));
    }

    [Fact]
    public async Task The_same_shard_with_the_right_kernel_is_ok()
    {
        using var device = new CpuSimdDevice(threads: 2);
        var results = await MutantShard.MeasureAsync(device, Input, KernelSpec.Plain("flash"), KernelSpec.Plain("naive"));
        Assert.All(results.Values, r => Assert.Equal(Outcome.Ok, r.Outcome));
    }
}
