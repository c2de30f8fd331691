using System.Text.Json;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;
using AttnSweep.Worker;

namespace AttnSweep.Kernels.Tests.Mutants;

/// <summary>A shard through the real runner: work in as a line, results out as lines.</summary>
internal static class MutantShard
{
    /// <summary>Results of cells 101, 102, …, one for each kernel.</summary>
    public static async Task<Dictionary<long, CellResult>> MeasureAsync(IDevice device, InputSpec input, params KernelSpec[] kernels)
    {
        var work = new ShardWork(
            new Lease(1, 1, 1, 1), 1, input, device.Info.Backend,
            [.. kernels.Select((kernel, i) => new CellWork(101 + i, kernel, 60))], null, MeasureRules.Quick with { Trials = 1, MaxSamples = 8 });
        var output = new StringWriter();
        await RunnerProcess.RunAsync(
            device, new RunnerOptions(device.Info.Id, 0), new StringReader(JsonSerializer.Serialize(work, ProtocolJson.Options)), output, TestContext.Current.CancellationToken);
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<RunnerProtocol.Event>(line, ProtocolJson.Options))
            .OfType<RunnerProtocol.CellFinished>()
            .ToDictionary(e => e.Result.CellId, e => e.Result);
    }
}
