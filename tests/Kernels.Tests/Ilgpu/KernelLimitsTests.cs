using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ilgpu;

[Trait("Backend", "ilgpu")]
public sealed class KernelLimitsTests
{
    private const long Unlimited = long.MaxValue;

    [Theory]
    [InlineData("naive", 1, 50_000, 64, "scores")] // 2.5e9 scores
    [InlineData("topk", 2, 33_000, 64, "scores")]
    [InlineData("threshold", 3_000_000, 1_000_000, 1, "scores")] // heads x n x n beyond 64 bits as well
    [InlineData("flash", 1024, 16_384, 256, "Q")]
    [InlineData("window", int.MaxValue, 1, 2, "Q")]
    [InlineData("block-topk", 1, 60_000, 64, "blocks x blocks")] // blocks of one key
    [InlineData("topp", 1, 50_000, 64, "scores")]
    [InlineData("sample-topk", 1, 50_000, 64, "scores")]
    [InlineData("sink-window", 1024, 16_384, 256, "Q")]
    [InlineData("bigbird", 1, 60_000, 64, "kept blocks")] // blocks of one key; the first one's queries keep all
    [InlineData("hyper", 1, 1 << 30, 1, "the hashes")] // of queries and keys
    public void Indices_beyond_32_bits_are_refused_by_name(string kernel, int heads, int n, int d, string array)
    {
        var e = Assert.Throws<KernelUnsupportedException>(() => KernelLimits.Check(Spec(kernel), Input(heads, n, d), Unlimited));
        Assert.Contains(array, e.Message, StringComparison.Ordinal);
        Assert.Contains("32 bits", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_launch_leaves_room_for_its_last_group()
    {
        // Fits an int, but the threads of a last, partly filled group would count past it.
        Assert.Throws<KernelUnsupportedException>(() => KernelLimits.Check(Spec("naive"), Input(int.MaxValue - 100, 1, 1), Unlimited));
        KernelLimits.Check(Spec("naive"), Input(int.MaxValue - 100_000, 1, 1), Unlimited);
    }

    [Theory]
    [InlineData("flash")]
    [InlineData("window")]
    [InlineData("block-topk")]
    [InlineData("sink-window")]
    [InlineData("bigbird")]
    [InlineData("hyper")]
    public void Tiles_bound_the_head_dimension(string kernel)
    {
        var e = Assert.Throws<KernelUnsupportedException>(() => KernelLimits.Check(Spec(kernel), Input(1, 16, 257), Unlimited));
        Assert.Contains("d <= 256", e.Message, StringComparison.Ordinal);
        KernelLimits.Check(Spec(kernel), Input(1, 16, 256), Unlimited);
    }

    [Fact]
    public void What_cannot_fit_is_out_of_memory()
    {
        // Four tensors of 1024 x 64 floats and 1024 x 1024 scores: exactly 5 MiB.
        KernelLimits.Check(Spec("naive"), Input(1, 1024, 64), 5 << 20);
        var e = Assert.Throws<DeviceOutOfMemoryException>(() => KernelLimits.Check(Spec("naive"), Input(1, 1024, 64), (5 << 20) - 1));
        Assert.Contains("5 MiB", e.Message, StringComparison.Ordinal);
        KernelLimits.Check(Spec("flash"), Input(1, 1024, 64), 1 << 20);
    }

    [Theory]
    [InlineData(100, 16, 1, 1)]
    [InlineData(100, 16, 17, 2)]
    [InlineData(100, 16, 100, 7)]
    [InlineData(100, 64, int.MaxValue, 2)]
    public void Kept_blocks_are_the_ceiling_of_keep_over_block(int n, int block, int keep, int expected) =>
        Assert.Equal(expected, KernelLimits.KeptBlocks(n, block, keep));

    private static KernelSpec Spec(string kernel) => kernel switch
    {
        "threshold" => AttentionKernelContract.Spec(kernel, ("epsilon", 0.1)),
        "topk" => AttentionKernelContract.Spec(kernel, ("k", 4)),
        "window" => AttentionKernelContract.Spec(kernel, ("width", 4)),
        "block-topk" => AttentionKernelContract.Spec(kernel, ("block", 1), ("keep", 1)),
        "topp" => AttentionKernelContract.Spec(kernel, ("mass", 0.5)),
        "sample-topk" => AttentionKernelContract.Spec(kernel, ("k", 4), ("samples", 4)),
        "sink-window" => AttentionKernelContract.Spec(kernel, ("sinks", 4), ("width", 4)),
        "bigbird" => AttentionKernelContract.Spec(kernel, ("block", 1), ("window", 1), ("global", 1), ("random", 1)),
        "hyper" => AttentionKernelContract.Spec(kernel, ("bits", 4), ("block", 4), ("samples", 4), ("minimum", 4)),
        _ => KernelSpec.Plain(kernel),
    };

    private static InputSpec Input(int heads, int n, int d) => new(InputModels.Independent, heads, n, d, 1, 1, false);
}
