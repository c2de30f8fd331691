using System.Text.Json;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using AttnSweep.Worker;

namespace AttnSweep.Clustering.Tests.Measuring;

/// <summary>An input that a runner cannot make ends its cells with the reason, and nothing else.</summary>
public sealed class InputProblemTests
{
    [Fact]
    public async Task A_missing_file_skips_the_cells_so_that_a_resumed_run_tries_them_again()
    {
        var work = Work(new InputSpec(InputModels.File, 1, 64, 32, 1, 0, false) { Options = new() { FilePath = "/nowhere/x.safetensors", FileSha256 = new string('0', 64) } });

        var events = await RunAsync(work);

        var results = events.OfType<RunnerProtocol.CellFinished>().Select(e => e.Result).ToList();
        Assert.Equal([101L, 102L], results.Select(r => r.CellId));
        Assert.All(results, r => Assert.Equal(Outcome.Skipped, r.Outcome));
        Assert.All(results, r => Assert.StartsWith("the input file /nowhere/x.safetensors is not there on ", r.Detail, StringComparison.Ordinal));
        Assert.All(results, r => Assert.Empty(r.Trials));
        Assert.Empty(events.OfType<RunnerProtocol.SparsityMeasured>());
        Assert.IsType<RunnerProtocol.ShardFinished>(events[^1]);
    }

    [Fact]
    public async Task An_overflow_of_float16_makes_the_cells_unsupported_and_the_next_shard_is_measured()
    {
        var options = new InputOptions { Outliers = 1, OutlierScale = 1e6, DType = StorageTypes.Half };

        var events = await RunAsync(Work(TinyShards.Input with { Options = options }), Work(TinyShards.Input with { Options = options with { DType = StorageTypes.Brain } }));

        var results = events.OfType<RunnerProtocol.CellFinished>().Select(e => e.Result).ToList();
        Assert.All(results.Take(2), r => Assert.Equal(Outcome.Unsupported, r.Outcome));
        Assert.All(results.Take(2), r => Assert.StartsWith("float16 overflows: Q of head 0, row ", r.Detail, StringComparison.Ordinal));
        Assert.Equal(4, results.Count);
        Assert.DoesNotContain(results.Skip(2), r => r.Outcome == Outcome.Unsupported);
    }

    [Theory]
    [InlineData("psychic", 0, "unknown input model 'psychic'")]
    [InlineData("xwx", 0, "the model xwx without a norm")]
    [InlineData("shared", 4, "norm with the model shared")]
    public async Task An_input_that_cannot_exist_is_refused(string model, double norm, string told)
    {
        var events = await RunAsync(Work(TinyShards.Input with { Model = model, Options = new() { Norm = norm } }));
        Assert.Contains(told, Assert.IsType<RunnerProtocol.WorkRefused>(Assert.Single(events.Skip(1))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_options_means_the_usual_ones()
    {
        var line = JsonSerializer.SerializeToNode(Work(TinyShards.Input), ProtocolJson.Options)!;
        Assert.True(line["input"]!.AsObject().Remove("options"));
        var events = await RunAsync(line.ToJsonString());
        Assert.All(events.OfType<RunnerProtocol.CellFinished>(), e => Assert.Equal(Outcome.Ok, e.Result.Outcome));
    }

    private static ShardWork Work(InputSpec input) => TinyShards.Of(1, KernelSpec.Plain("flash"), Examples.TopK) with { Input = input };

    private static Task<List<RunnerProtocol.Event>> RunAsync(params ShardWork[] shards) =>
        RunAsync([.. shards.Select(work => JsonSerializer.Serialize(work, ProtocolJson.Options))]);

    private static async Task<List<RunnerProtocol.Event>> RunAsync(params string[] lines)
    {
        using var output = new StringWriter();
        var code = await RunnerProcess.RunAsync(
            new RunnerOptions(Examples.Device, 1), new StringReader(string.Join('\n', lines)), output, TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<RunnerProtocol.Event>(l, ProtocolJson.Options)!)];
    }
}
