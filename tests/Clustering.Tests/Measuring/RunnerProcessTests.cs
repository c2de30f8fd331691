using System.Text.Json;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Sweeps;
using AttnSweep.Worker;

namespace AttnSweep.Clustering.Tests.Measuring;

/// <summary>A runner as a worker meets it, lines in and lines out, measuring for real on this machine's cores.</summary>
public sealed class RunnerProcessTests
{
    [Fact]
    public async Task A_shard_is_measured_from_its_input_to_its_end()
    {
        var work = TinyShards.Of(3, KernelSpec.Plain("flash"), Examples.TopK, KernelSpec.Plain("naive"));

        var events = await RunAsync(Line(work));

        Assert.Equal(Examples.Device, Assert.IsType<RunnerProtocol.Ready>(events[0]).Device.Id);
        var shard = Assert.IsType<RunnerProtocol.ShardFinished>(events[^1]);
        Assert.Equal((work.Lease.ShardId, work.Lease.Attempt), (shard.ShardId, shard.Attempt));
        var stages = events.OfType<RunnerProtocol.CellStarted>().ToList();
        Assert.Equal(
            ["input", "sparsity", "verify", "verify", "verify", "verify", .. Enumerable.Repeat("trial", 9)], stages.Select(s => s.Stage));
        Assert.Equal([101L, 102L, 103L, null], stages.Where(s => s.Stage == "verify").Select(s => s.CellId));
        Assert.All(stages.Where(s => s.Stage == "trial").Chunk(3), trial => Assert.Equal([101L, 102L, 103L], trial.Select(s => s.CellId!.Value).Order()));
        Assert.Equal(stages.Select(s => s.Share), stages.Select(s => s.Share).Order());
        Assert.All(stages, s => Assert.InRange(s.Share, 0, 1));

        var results = Finished(events);
        Assert.Equal([101L, 102L, 103L], results.Select(r => r.CellId).Order());
        Assert.All(results, r =>
        {
            Assert.Equal((Outcome.Ok, null), (r.Outcome, r.Detail));
            Assert.Equal([0, 1, 2], r.Trials.Select(t => t.Trial));
            Assert.All(r.Trials, t => Assert.InRange(t.SamplesUs.Length, work.Measure.MinSamples, work.Measure.MaxSamples));
            Assert.All(r.Trials, t => Assert.All(t.SamplesUs, us => Assert.True(us > 0)));
            Assert.All(r.Trials, t => Assert.Equal((t.SamplesUs.Length, t.SamplesUs.Min()), (t.Summary.Count, t.Summary.Min)));
            Assert.All(r.Trials, t => Assert.True(t.LaunchesPerSample >= 1 && t.WarmUpLaunches >= 1));
            Assert.InRange(r.Error!.Verification, 0, r.Error.Allowed);
        });
        Assert.Equal(TinyShards.Input.N * Examples.TopK.Parameters["k"], results.Single(r => r.CellId == 102).KeptPairs);
    }

    [Fact]
    public async Task Without_a_dense_cell_in_the_shard_the_baseline_is_measured_beside_it()
    {
        var work = TinyShards.Of(2, Examples.TopK);

        var events = await RunAsync(Line(work));

        var result = Assert.Single(Finished(events));
        Assert.Equal(101, result.CellId);
        Assert.All(result.Trials, t => Assert.True(t.DenseMedianUs > 0));
        Assert.Equal(2, events.OfType<RunnerProtocol.CellStarted>().Count(s => s is { Stage: "trial", CellId: null }));
    }

    [Fact]
    public async Task A_dense_cell_is_its_own_baseline()
    {
        var result = Assert.Single(Finished(await RunAsync(Line(TinyShards.Of(2, KernelSpec.Plain("flash"))))));
        Assert.All(result.Trials, t => Assert.Equal(t.Summary.Median, t.DenseMedianUs));
    }

    [Fact]
    public async Task Sparsity_is_measured_once_with_theory_beside_it()
    {
        var sparsity = Assert.Single((await RunAsync(Line(TinyShards.Of(1, KernelSpec.Plain("flash"))))).OfType<RunnerProtocol.SparsityMeasured>()).Result;
        Assert.Equal(16, sparsity.RowsSampled);
        Assert.Equal(SparsityMetrics.All.Concat(SparsityMetrics.WithoutColumn).Order(StringComparer.Ordinal), sparsity.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(SparsityMetrics.Entropy, sparsity.Theory.Keys);
        Assert.InRange(sparsity.Metrics[SparsityMetrics.Entropy].Mean, 0, Math.Log(TinyShards.Input.N));
    }

    [Fact]
    public async Task A_shard_that_asks_for_no_sparsity_gets_none()
    {
        var events = await RunAsync(Line(TinyShards.Of(1, KernelSpec.Plain("flash")) with { Sparsity = null }));
        Assert.Empty(events.OfType<RunnerProtocol.SparsityMeasured>());
        Assert.DoesNotContain("sparsity", events.OfType<RunnerProtocol.CellStarted>().Select(s => s.Stage));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    [InlineData("null")]
    [InlineData("{ \"lease\": ")]
    public async Task A_bad_line_is_refused_with_a_reason_and_the_next_shard_is_measured(string line)
    {
        var events = await RunAsync(line, "", Line(TinyShards.Of(1, KernelSpec.Plain("flash"))));
        Assert.Contains("no shard", Assert.IsType<RunnerProtocol.WorkRefused>(events[1]).Reason, StringComparison.Ordinal);
        Assert.Single(events.OfType<RunnerProtocol.WorkRefused>());
        Assert.Single(Finished(events));
    }

    [Fact]
    public async Task Work_for_another_backend_is_refused_naming_both()
    {
        var events = await RunAsync(Line(TinyShards.Of(1, KernelSpec.Plain("flash")) with { Backend = Backends.Cuda }));
        var reason = Assert.IsType<RunnerProtocol.WorkRefused>(Assert.Single(events.Skip(1))).Reason;
        Assert.Contains(Backends.Cuda, reason, StringComparison.Ordinal);
        Assert.Contains(Backends.CpuSimd, reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_is_not_here_is_told_with_those_that_are()
    {
        var problem = await Assert.ThrowsAsync<DeviceNotFoundException>(() =>
            RunnerProcess.RunAsync(new RunnerOptions("cuda:77", 1), new StringReader(""), new StringWriter(), CancellationToken.None));
        Assert.Contains("cuda:77", problem.Message, StringComparison.Ordinal);
        Assert.Contains(Examples.Device, problem.Message, StringComparison.Ordinal);
    }

    private static string Line(ShardWork work) => JsonSerializer.Serialize(work, ProtocolJson.Options);

    private static List<CellResult> Finished(IEnumerable<RunnerProtocol.Event> events) => [.. events.OfType<RunnerProtocol.CellFinished>().Select(e => e.Result)];

    private static async Task<List<RunnerProtocol.Event>> RunAsync(params string[] lines)
    {
        using var output = new StringWriter();
        var code = await RunnerProcess.RunAsync(
            new RunnerOptions(Examples.Device, 1), new StringReader(string.Join('\n', lines)), output, TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<RunnerProtocol.Event>(l, ProtocolJson.Options)!)];
    }
}
