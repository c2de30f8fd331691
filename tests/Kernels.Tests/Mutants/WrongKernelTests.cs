using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Kernels.Tests.Ilgpu;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Mutants;

/// <summary>Device code made wrong on purpose, on a real OpenCL driver behind the real runner: work in as a line, results out as lines.</summary>
[Trait("Backend", "ilgpu"), Trait("Category", "slow"), Collection("ilgpu")]
public sealed class WrongKernelTests
{
    private static readonly KernelSpec Flash = KernelSpec.Plain("flash");
    private static readonly KernelSpec Naive = KernelSpec.Plain("naive");

    [Theory]
    [InlineData("MaskOffByOne")]
    [InlineData("NotRescaled")]
    [InlineData("LastTileDropped")]
    [InlineData("Race")]
    public async Task A_wrong_kernel_ends_as_wrong_result_and_its_time_is_withheld(string mutant)
    {
        var results = await MeasureAsync(KernelMutants.Of(mutant));

        var wrong = results[101];
        Assert.Equal(Outcome.WrongResult, wrong.Outcome);
        Assert.Empty(wrong.Trials);
        Assert.True(wrong.Error!.Verification > wrong.Error.Allowed || !double.IsFinite(wrong.Error.Verification));
        Assert.Contains("flash: head ", wrong.Detail, StringComparison.Ordinal);
        // A right kernel in the same shard is timed, but not held against a dense kernel that is wrong.
        Assert.Equal(Outcome.Ok, results[102].Outcome);
        Assert.NotEmpty(results[102].Trials);
        Assert.All(results[102].Trials, t => Assert.Null(t.DenseMedianUs));
    }

    [Fact]
    public async Task The_same_shard_with_the_right_kernel_is_ok()
    {
        var results = await MeasureAsync(DeviceCode.Own);
        Assert.All(results.Values, r => Assert.Equal(Outcome.Ok, r.Outcome));
        Assert.All(results[102].Trials, t => Assert.True(t.DenseMedianUs > 0));
    }

    private static async Task<Dictionary<long, CellResult>> MeasureAsync(DeviceCode code)
    {
        using var device = OpenClDevice.Open(code);
        return await MutantShard.MeasureAsync(device, new InputSpec(InputModels.Independent, 1, 90, 48, 1.5, 3, Causal: true), Flash, Naive);
    }
}
