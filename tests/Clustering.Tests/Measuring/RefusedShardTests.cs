using System.Text.Json;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Clustering.Tests.Worker;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using AttnSweep.Worker;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Clustering.Tests.Measuring;

/// <summary>What a runner says of work that it cannot do, before it tries.</summary>
public sealed class RefusedShardTests
{
    [Fact]
    public async Task Shards_that_no_device_of_this_kind_can_measure_are_refused()
    {
        var good = Shards.Work(kernels: [Shards.Flash]);
        var events = await RunAsync(
            good with { Backend = Backends.Cuda }, good with { Input = good.Input with { Model = "unheard-of" } }, good with { Input = good.Input with { N = 0 } });
        Assert.Equal(3, events.OfType<RunnerProtocol.WorkRefused>().Count());
        Assert.Empty(Results(events));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cell_beyond_the_devices_memory_ends_with_what_it_needs_and_is_not_launched(bool withSparsity)
    {
        var work = Shards.Work(sparsity: withSparsity ? new SparsityRules(8) : null, kernels: [Shards.Flash]);
        var events = await RunAsync(work with { Input = work.Input with { N = int.MaxValue } });

        var result = Assert.Single(Results(events));
        Assert.Equal((100L, Outcome.OutOfMemory), (result.CellId, result.Outcome));
        Assert.Contains("MiB, cpu-simd has", result.Detail, StringComparison.Ordinal);
        Assert.Equal(new RunnerProtocol.ShardFinished(7, 1), events[^1]);
        Assert.DoesNotContain(events.OfType<RunnerProtocol.CellStarted>(), stage => stage.Stage is "verify" or "trial");
    }

    [Fact]
    public async Task The_cells_beside_it_are_measured()
    {
        // 1024 x 1024 scores are 4 MiB beside tensors of 256 KiB: room for the kernel that streams them, not for the one that holds them.
        var work = Shards.Work(kernels: [Shards.Flash, KernelSpec.Plain("naive")]);
        work = work with { Input = work.Input with { N = 1024 } };
        var gate = LaunchGate.Of(work, Examples.Cpu with { MemoryBytes = 2 << 20 });
        Assert.Equal([100L], gate.Runnable.Cells.Select(c => c.CellId));
        Assert.Equal((101L, Outcome.OutOfMemory), Assert.Single(gate.Ended.Select(r => (r.CellId, r.Outcome))));
        Assert.IsType<RunnerProtocol.ShardFinished>((await RunAsync(gate.Runnable))[^1]);
    }

    [Theory]
    [InlineData("dilated", "Dilated 1.0.0 sha256:1", "the own kernel 'dilated' (Dilated 1.0.0 sha256:1) is not on this worker: its ATTNSWEEP_KERNELS would name a folder that holds it")]
    [InlineData("flash", "Other 1.0.0 sha256:2", "'flash' was planned as Other 1.0.0 sha256:2, and this worker has a built-in one of that name")]
    [InlineData("magic", null, "there is no kernel 'magic' here; there are: naive, flash,")]
    public async Task A_kernel_that_is_not_the_one_that_was_planned_is_unsupported(string name, string? build, string reason)
    {
        var events = await RunAsync(Shards.Work(kernels: [KernelSpec.Plain(name) with { Build = build }, KernelSpec.Plain("naive")]));
        var results = Results(events);
        Assert.Equal([Outcome.Unsupported, Outcome.Ok], results.OrderBy(r => r.CellId).Select(r => r.Outcome));
        Assert.StartsWith(reason, results.Single(r => r.Outcome == Outcome.Unsupported).Detail, StringComparison.Ordinal);
    }

    private static List<CellResult> Results(List<RunnerProtocol.Event> events) => [.. events.OfType<RunnerProtocol.CellFinished>().Select(f => f.Result)];

    private static async Task<List<RunnerProtocol.Event>> RunAsync(params ShardWork[] shards)
    {
        using var output = new StringWriter();
        using var input = new StringReader(string.Join('\n', shards.Select(work => JsonSerializer.Serialize(work, ProtocolJson.Options))));
        Assert.Equal(0, await RunnerProcess.RunAsync(new RunnerOptions(Examples.Device, 1), input, output, TestContext.Current.CancellationToken));
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<RunnerProtocol.Event>(l, ProtocolJson.Options)!)];
    }
}
