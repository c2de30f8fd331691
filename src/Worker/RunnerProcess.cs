using System.Text.Json;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Worker.Measuring;

namespace AttnSweep.Worker;

/// <summary>A runner: one device, no actors; work comes on standard input, events go to standard output, a JSON object a line.</summary>
public static class RunnerProcess
{
    /// <summary>Runs until the input ends. Returns the exit code.</summary>
    /// <exception cref="DeviceNotFoundException">The device is not here; the message lists those that are.</exception>
    public static async Task<int> RunAsync(RunnerOptions options, TextReader input, TextWriter output, CancellationToken stopping)
    {
        using var device = DeviceCatalogue.Open(options.DeviceId, new DeviceOptions(options.Threads, IncludeIlgpuCpu: true));
        var shards = new ShardMeasurement(device, happened => Say(output, happened));
        Say(output, new RunnerProtocol.Ready(device.Info));
        while (await input.ReadLineAsync(stopping) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (Parse(line, out var refusal) is not { } work)
            {
                Say(output, new RunnerProtocol.WorkRefused(refusal));
            }
            else if (work.Backend != device.Info.Backend)
            {
                Say(output, new RunnerProtocol.WorkRefused($"the shard is for backend {work.Backend}, this runner has {device.Info.Id} ({device.Info.Backend})"));
            }
            else
            {
                shards.Measure(work);
            }
        }

        return 0;
    }

    private static ShardWork? Parse(string line, out string refusal)
    {
        refusal = "";
        try
        {
            return JsonSerializer.Deserialize<ShardWork>(line, ProtocolJson.Options);
        }
        catch (JsonException problem)
        {
            refusal = $"the line is no shard: {problem.Message}";
            return null;
        }
    }

    /// <summary>One line, whole and at once: the worker times stages by when their lines arrive.</summary>
    private static void Say(TextWriter output, RunnerProtocol.Event happened)
    {
        output.WriteLine(JsonSerializer.Serialize(happened, ProtocolJson.Options));
        output.Flush();
    }
}

/// <param name="DeviceId">As <c>attnsweep devices</c> lists it.</param>
/// <param name="Threads">Threads of the cpu-simd device; 0 means all cores.</param>
public sealed record RunnerOptions(string DeviceId, int Threads);
