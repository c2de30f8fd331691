using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Results;

namespace AttnSweep.Worker.Measuring;

/// <summary>
/// Measures a trial in a process of its own, because what differs from process to process (where memory lies, what the compiler made of it)
/// is noise that the trials of one process cannot show. It is this very program, as a runner, with one trial to do.
/// </summary>
/// <param name="command">Program and leading arguments that start a runner; --device and --threads are added.</param>
internal sealed class FreshRunner(IReadOnlyList<string> command, string deviceId, int threads)
{
    /// <summary>Results of one trial by cell. What the runner says of stages is handed on, so that its deadlines hold.</summary>
    /// <exception cref="FreshRunnerException">The process did not start or did not finish the shard.</exception>
    public IReadOnlyDictionary<long, CellResult> Measure(ShardWork work, Action<RunnerProtocol.CellStarted> began)
    {
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "--exit-with-parent", "--device", deviceId, "--threads", threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new FreshRunnerException($"{command[0]} did not start");
        try
        {
            // Its standard input stays open while it works: the end of it ends the process, also when this one is killed.
            Give(process, work);
            var results = new Dictionary<long, CellResult>();
            while (process.StandardOutput.ReadLine() is { } line)
            {
                switch (JsonSerializer.Deserialize<RunnerProtocol.Event>(line, ProtocolJson.Options))
                {
                    case RunnerProtocol.CellStarted stage:
                        began(stage);
                        break;
                    case RunnerProtocol.CellFinished finished:
                        results[finished.Result.CellId] = finished.Result;
                        break;
                    case RunnerProtocol.WorkRefused refused:
                        throw new FreshRunnerException($"it refused the shard: {refused.Reason}");
                    case RunnerProtocol.ShardFinished:
                        return results;
                }
            }

            process.WaitForExit();
            throw new FreshRunnerException($"it ended with exit code {process.ExitCode} before the shard was done");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }
    }

    private static void Give(Process process, ShardWork work)
    {
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(work, ProtocolJson.Options));
            process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It died before it read; the end of its output tells that, with its exit code.
        }
    }
}

/// <summary>A fresh process failed; the runner that wanted it fails with it, so that the cell is named and the shard tried again.</summary>
internal sealed class FreshRunnerException(string message) : Exception($"the fresh runner of a trial failed: {message}");
