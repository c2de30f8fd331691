using System.Text.Json;
using System.Threading.Channels;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Worker.Measuring;
using AttnSweep.Worker.Runners;

namespace AttnSweep.Worker;

/// <summary>A runner: one device, no actors; work comes on standard input, events go to standard output, a JSON object a line.</summary>
public static class RunnerProcess
{
    /// <summary>Runs until the input ends. Returns the exit code.</summary>
    /// <exception cref="DeviceNotFoundException">The device is not here; the message lists those that are.</exception>
    public static async Task<int> RunAsync(RunnerOptions options, TextReader input, TextWriter output, CancellationToken stopping)
    {
        using var device = DeviceCatalogue.Open(options.DeviceId, new DeviceOptions(options.Threads, IncludeIlgpuCpu: true));
        return await RunAsync(device, options, input, output, stopping);
    }

    /// <summary>The same on an opened device.</summary>
    internal static async Task<int> RunAsync(IDevice device, RunnerOptions options, TextReader input, TextWriter output, CancellationToken stopping)
    {
        var shards = new ShardMeasurement(device, happened => Say(output, happened));
        Say(output, new RunnerProtocol.Ready(device.Info));
        var lines = Channel.CreateUnbounded<string>();
        _ = PumpAsync(input, lines.Writer, options.EndsWithInput);
        await foreach (var line in lines.Reader.ReadAllAsync(stopping))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            if (ShardLine.Parse(line, device.Info, out var refusal) is { } work)
            {
                Measure(LaunchGate.Of(work, device.Info), shards, output);
            }
            else
            {
                Say(output, new RunnerProtocol.WorkRefused(refusal));
            }
        }

        return 0;
    }

    private static void Measure(LaunchGate gate, ShardMeasurement shards, TextWriter output)
    {
        foreach (var ended in gate.Ended)
        {
            Say(output, new RunnerProtocol.CellFinished(ended));
        }

        if (gate.Runnable.Cells.Count > 0 || gate.Runnable.Sparsity is not null)
        {
            shards.Measure(gate.Runnable);
        }
        else
        {
            Say(output, new RunnerProtocol.ShardFinished(gate.Runnable.Lease.ShardId, gate.Runnable.Lease.Attempt));
        }
    }

    /// <summary>
    /// Reads ahead, so that the end of the input is noticed in the middle of a shard: a worker's runner must not outlive its worker and
    /// disturb the samples of the next one. Work from a file is finished first.
    /// </summary>
    private static async Task PumpAsync(TextReader input, ChannelWriter<string> lines, bool endsWithInput)
    {
        // Console readers answer on the calling thread.
        await Task.Yield();
        while (await input.ReadLineAsync() is { } line)
        {
            lines.TryWrite(line);
        }

        if (endsWithInput)
        {
            Environment.Exit(0);
        }

        lines.Complete();
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
/// <param name="EndsWithInput">The end of the input ends the process at once, as for a worker's child; else what was read is measured first.</param>
public sealed record RunnerOptions(string DeviceId, int Threads, bool EndsWithInput = false);
