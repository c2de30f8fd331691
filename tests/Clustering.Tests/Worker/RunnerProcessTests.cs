using System.Text.Json;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Sweeps;
using AttnSweep.Worker;

namespace AttnSweep.Clustering.Tests.Worker;

/// <summary>The runner's loop: lines in, events out, on the processor's own device and on devices that fail to order.</summary>
public sealed class RunnerProcessTests
{
    [Fact]
    public async Task A_shard_is_verified_and_timed_beside_the_dense_baseline()
    {
        var events = await MeasureAsync(new CpuSimdDevice(1), Line(Shards.Work(sparsity: new SparsityRules(8), kernels: [Shards.TopK(4), Shards.TopK(8)])));

        Assert.IsType<RunnerProtocol.Ready>(events[0]);
        Assert.IsType<RunnerProtocol.ShardFinished>(events[^1]);
        var sparsity = Assert.Single(events.OfType<RunnerProtocol.SparsityMeasured>()).Result;
        Assert.Equal(8, sparsity.RowsSampled);
        Assert.Equal(SparsityMetrics.All.Order(StringComparer.Ordinal), sparsity.Metrics.Keys);
        Assert.Contains(SparsityMetrics.Entropy, sparsity.Theory.Keys);

        var results = Results(events);
        Assert.Equal([100L, 101L], results.Select(r => r.CellId).Order());
        Assert.All(results, r =>
        {
            Assert.Equal(Outcome.Ok, r.Outcome);
            Assert.InRange(r.Error!.Verification, 0, r.Error.Allowed);
            Assert.Equal([0, 1], r.Trials.Select(t => t.Trial));
            Assert.All(r.Trials, t =>
            {
                Assert.InRange(t.SamplesUs.Length, Shards.Measure.MinSamples, Shards.Measure.MaxSamples);
                Assert.Equal(t.SamplesUs.Length, t.Summary.Count);
                Assert.True(t.DenseMedianUs > 0);
                Assert.True(t.LaunchesPerSample >= 1 && t.WarmUpLaunches >= 1);
            });
        });
        Assert.Equal(48 * 4, results.Single(r => r.CellId == 100).KeptPairs);

        var shares = events.OfType<RunnerProtocol.CellStarted>().Select(s => s.Share).ToList();
        Assert.Equal(shares.Order(), shares);
        Assert.All(shares, share => Assert.InRange(share, 0, 1));
    }

    [Fact]
    public async Task The_baseline_of_a_shard_with_flash_is_its_own_cell()
    {
        var result = Assert.Single(Results(await MeasureAsync(new CpuSimdDevice(1), Line(Shards.Work(kernels: [Shards.Flash])))));
        Assert.All(result.Trials, t => Assert.Equal(t.Summary.Median, t.DenseMedianUs));
    }

    [Fact]
    public async Task Every_failure_is_its_own_outcome_and_the_other_cells_go_on()
    {
        KernelSpec[] kernels = [.. new[] { "flash", "naive", "unsupported", "memory", "broken" }.Select(KernelSpec.Plain)];
        var results = Results(await MeasureAsync(new FailingDevice(), Line(Shards.Work(kernels: kernels)))).OrderBy(r => r.CellId).ToList();

        Assert.Equal([Outcome.Ok, Outcome.WrongResult, Outcome.Unsupported, Outcome.OutOfMemory, Outcome.WrongResult], results.Select(r => r.Outcome));
        Assert.All(results.Skip(1), r => Assert.Empty(r.Trials));
        Assert.All(results.Skip(1), r => Assert.NotEqual("", r.Detail));
        Assert.NotNull(results[1].Error);
        Assert.Contains("broken to order", results[4].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kernels_that_do_not_fit_side_by_side_are_measured_one_by_one()
    {
        var device = new FailingDevice { Room = 1 };
        var results = Results(await MeasureAsync(device, Line(Shards.Work(kernels: [Shards.Flash, Shards.TopK(4), Shards.TopK(8)]))));
        Assert.Equal([Outcome.Ok, Outcome.Ok, Outcome.Ok], results.Select(r => r.Outcome));
        Assert.Equal(0, device.Held);
    }

    [Theory]
    [InlineData("no json", "no shard")]
    [InlineData("null", "null")]
    [InlineData("{}", "no shard")]
    public async Task A_line_that_is_no_shard_is_refused_and_the_next_one_measured(string line, string says)
    {
        var events = await MeasureAsync(new CpuSimdDevice(1), line, Line(Shards.Work(kernels: [Shards.Flash])));
        Assert.Contains(says, Assert.Single(events.OfType<RunnerProtocol.WorkRefused>()).Reason, StringComparison.Ordinal);
        Assert.Single(Results(events));
    }

    [Fact]
    public async Task Shards_that_no_device_of_this_kind_can_measure_are_refused()
    {
        var good = Shards.Work(kernels: [Shards.Flash]);
        var events = await MeasureAsync(
            new CpuSimdDevice(1), Line(good with { Backend = Backends.Cuda }), Line(good with { Input = good.Input with { Model = "unheard-of" } }), Line(good with { Input = good.Input with { N = 0 } }));
        Assert.Equal(3, events.OfType<RunnerProtocol.WorkRefused>().Count());
        Assert.Empty(Results(events));
    }

    [Fact]
    public async Task An_input_beyond_the_hosts_memory_is_out_of_memory()
    {
        var work = Shards.Work(kernels: [Shards.Flash]);
        var events = await MeasureAsync(new CpuSimdDevice(1), Line(work with { Input = work.Input with { N = int.MaxValue } }));
        Assert.Equal(Outcome.OutOfMemory, Assert.Single(Results(events)).Outcome);
        Assert.IsType<RunnerProtocol.ShardFinished>(events[^1]);
    }

    [Fact]
    public async Task An_unknown_device_is_named_with_those_that_are_here()
    {
        var problem = await Assert.ThrowsAsync<DeviceNotFoundException>(() =>
            RunnerProcess.RunAsync(new RunnerOptions("toaster", 1), TextReader.Null, TextWriter.Null, CancellationToken.None));
        Assert.Contains("cpu-simd", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_crosses_the_pipe_comes_back_equal()
    {
        var work = Shards.Work(sparsity: new SparsityRules(8), kernels: [Shards.Flash, Shards.TopK(4)]);
        var line = Line(work);
        Assert.DoesNotContain('\n', line);
        var back = JsonSerializer.Deserialize<ShardWork>(line, ProtocolJson.Options)!;
        Assert.Equal(work.Cells, back.Cells);
        Assert.Equal((work.Lease, work.Input, work.Measure, work.Sparsity), (back.Lease, back.Input, back.Measure, back.Sparsity));
    }

    private static async Task<List<RunnerProtocol.Event>> MeasureAsync(IDevice device, params string[] lines)
    {
        using (device)
        using (var output = new StringWriter())
        {
            using var input = new StringReader(string.Join('\n', lines));
            Assert.Equal(0, await RunnerProcess.RunAsync(device, new RunnerOptions("any", 1), input, output, TestContext.Current.CancellationToken));
            return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<RunnerProtocol.Event>(l, ProtocolJson.Options)!)];
        }
    }

    private static string Line(ShardWork work) => JsonSerializer.Serialize(work, ProtocolJson.Options);

    private static List<CellResult> Results(List<RunnerProtocol.Event> events) => [.. events.OfType<RunnerProtocol.CellFinished>().Select(f => f.Result)];

    /// <summary>cpu-simd with kernels that fail as their names say, a naive one that is wrong, and room for so many prepared kernels at once.</summary>
    private sealed class FailingDevice : IDevice
    {
        private readonly CpuSimdDevice _real = new(1);

        public int Room { get; init; } = int.MaxValue;

        public int Held { get; private set; }

        public DeviceInfo Info => _real.Info;

        public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input)
        {
            if (kernel.Name == "memory" || Held >= Room)
            {
                throw new DeviceOutOfMemoryException("full to order");
            }

            var real = kernel.Name switch
            {
                "unsupported" => throw new KernelUnsupportedException("unsupported to order"),
                "broken" => throw new InvalidOperationException("broken to order"),
                _ => _real.Prepare(kernel, input),
            };
            Held++;
            return new Kernel(this, real, kernel.Name == "naive");
        }

        public void Dispose() => _real.Dispose();

        private sealed class Kernel(FailingDevice device, IPreparedKernel real, bool isWrong) : IPreparedKernel
        {
            public LaunchTiming Launch(int count) => real.Launch(count);

            public void ReadOutput(Span<float> output)
            {
                real.ReadOutput(output);
                output[0] += isWrong ? 1 : 0;
            }

            public void Dispose()
            {
                device.Held--;
                real.Dispose();
            }
        }
    }
}
