using AttnSweep.Kernels.Benchmarks;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.CpuSimd;

public sealed class CpuSimdDeviceTests
{
    [Fact]
    public void Of_equal_scores_topk_keeps_the_lower_index()
    {
        // Sigma 0: all scores are equal, so the output is the mean of the first k values.
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, 50, 16, 0, 9, false));
        using var device = new CpuSimdDevice(threads: 1);
        using var kernel = device.Prepare(AttentionKernelContract.Spec("topk", ("k", 7)), input);
        var output = new float[input.Q.Length];
        kernel.Launch(1);
        kernel.ReadOutput(output);
        for (var i = 0; i < output.Length; i++)
        {
            Assert.Equal(Enumerable.Range(0, 7).Average(j => input.V[(j * 16) + (i % 16)]), output[i], 1e-6f);
        }
    }

    [Fact]
    public void The_catalogue_lists_cpu_simd_first_and_names_what_is_there()
    {
        var devices = DeviceCatalogue.Discover(new DeviceOptions());
        Assert.Equal("cpu-simd", devices[0].Id);
        Assert.Contains(devices[0].Driver, new[] { "AVX-512", "AVX2", "portable" });
        Assert.True(devices[0].MemoryBytes > 0 && devices[0].ComputeUnits > 0);
        var e = Assert.Throws<DeviceNotFoundException>(() => DeviceCatalogue.Open("cuda:9", new DeviceOptions()));
        Assert.Contains("cpu-simd", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_dimension_beyond_1024_is_unsupported()
    {
        using var device = new CpuSimdDevice(threads: 1);
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, 2, 1025, 1, 1, false));
        Assert.Throws<KernelUnsupportedException>(() => device.Prepare(KernelSpec.Plain("flash"), input));
    }

    [Fact]
    public void A_score_matrix_that_cannot_fit_is_out_of_memory_before_anything_is_touched()
    {
        using var device = new CpuSimdDevice(threads: 1);
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, 4_000_000, 1, 1, 1, false));
        Assert.Throws<DeviceOutOfMemoryException>(() => device.Prepare(KernelSpec.Plain("naive"), input));
    }

    [Fact]
    public void A_benchmark_gives_one_row_per_kernel_beside_dense()
    {
        var input = new InputSpec(InputModels.Independent, 1, 128, 32, 1, 1, false);
        var rows = KernelBenchmark.Run(new BenchmarkOptions([AttentionKernelContract.Spec("window", ("width", 16))], input, Threads: 1, Seconds: 0));
        Assert.Equal(["flash", "window"], rows.Select(r => r.Kernel));
        Assert.Equal(1, rows[0].SpeedupVsDense);
        Assert.All(rows, r => Assert.True(r.Gflops > 0 && r.PeakGflops > 0 && r.PeakShare > 0 && r.Runs >= 5));
    }

    [Theory]
    [InlineData("flash", "attend pack")]
    [InlineData("naive", "combine pack score softmax")]
    [InlineData("topk", "combine pack score select")]
    [InlineData("threshold", "combine pack score select")]
    [InlineData("topp", "combine pack score select")]
    [InlineData("sample-topk", "combine pack score select")]
    [InlineData("window", "attend pack")]
    [InlineData("sink-window", "attend pack")]
    [InlineData("bigbird", "attend pack")]
    [InlineData("block-topk", "attend pack select")]
    [InlineData("hyper", "attend gather hash merge pack sort")]
    public void The_phases_of_a_launch_are_told_and_leave_the_output_as_it_is(string name, string phases)
    {
        var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 2, 200, 32, 1, 5, true));
        var spec = AttentionKernelContract.Spec(
            name, ("epsilon", 0.01), ("k", 16), ("mass", 0.8), ("sinks", 2), ("width", 20), ("block", 16), ("window", 2), ("global", 1), ("random", 1),
            ("keep", 40), ("bits", 4), ("samples", 12), ("minimum", 40));
        using var device = new CpuSimdDevice(threads: 2);
        using var kernel = device.Prepare(spec, input);
        var (once, again) = (new float[input.Q.Length], new float[input.Q.Length]);
        kernel.Launch(1);
        kernel.ReadOutput(once);
        var told = kernel.MeasurePhases()!;
        kernel.ReadOutput(again);

        Assert.Equal(phases, string.Join(' ', told.Keys.Except(["other"]).Order(StringComparer.Ordinal)));
        Assert.All(told.Values, time => Assert.True(time >= 0));
        Assert.True(told.Values.Sum() > 0);
        Assert.Equal(once, again);
    }

    [Fact]
    public void A_team_runs_each_block_once_and_reports_a_failure()
    {
        using var team = new ThreadTeam(3);
        for (var repeat = 0; repeat < 200; repeat++)
        {
            var counts = new int[17];
            team.Run(counts.Length, (block, member) =>
            {
                Interlocked.Increment(ref counts[block]);
                Assert.InRange(member, 0, 2);
            });
            Assert.All(counts, count => Assert.Equal(1, count));
        }

        Assert.Throws<InvalidOperationException>(() => team.Run(5, (block, _) => throw new InvalidOperationException()));
        team.Run(3, (_, _) => { }); // still usable
    }
}
