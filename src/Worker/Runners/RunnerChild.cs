using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttnSweep.Protocol;

namespace AttnSweep.Worker.Runners;

/// <summary>
/// The child process that owns one device. It is started when work comes, and anew after every death; what it says is handed on with
/// the number of the process that said it, so that words of a killed one are told apart.
/// </summary>
/// <param name="tell">Gets <see cref="RunnerSaid"/> and <see cref="RunnerDied"/>, from any thread.</param>
internal sealed class RunnerChild(string deviceId, IReadOnlyList<string> command, int threads, TimeProvider clock, Action<object> tell) : IRunner
{
    private Process? _process;
    private RunnerStream? _stream;
    private int _generation;

    /// <summary>What the living runner wrote last to standard error; empty where it wrote nothing.</summary>
    public string LastWords => _stream?.LastWords() ?? "";

    /// <summary>Gives a shard to the runner, starting one if there is none. Returns the number of the process that has it.</summary>
    public int Give(ShardWork work)
    {
        if (!IsAlive())
        {
            _generation++;
            _process = TryStart();
        }

        try
        {
            _process?.StandardInput.WriteLine(JsonSerializer.Serialize(work, ProtocolJson.Options));
            _process?.StandardInput.Flush();
        }
        catch (Exception problem) when (problem is IOException or InvalidOperationException)
        {
            // It died meanwhile; its death is told by whoever reads its output.
        }

        return _generation;
    }

    public void Kill()
    {
        if (_process is { } process)
        {
            RunnerStream.Kill(process);
        }

        _process = null;
        _stream = null;
    }

    /// <summary>A runner may have died idle: its follower has disposed of it by then, and a disposed process answers with an exception.</summary>
    private bool IsAlive()
    {
        try
        {
            return _process is { HasExited: false };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private Process? TryStart()
    {
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "--device", deviceId, "--threads", threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            var process = Process.Start(start) ?? throw new InvalidOperationException("no process");
            var generation = _generation;
            _stream = new RunnerStream(process, clock, happened => tell(new RunnerSaid(deviceId, generation, happened)));
            _ = FollowAsync(process, _stream, generation);
            return process;
        }
        catch (Exception problem) when (problem is Win32Exception or InvalidOperationException)
        {
            tell(new RunnerDied(deviceId, _generation, $"the runner {command[0]} did not start: {problem.Message}"));
            return null;
        }
    }

    private async Task FollowAsync(Process process, RunnerStream stream, int generation)
    {
        using (process)
        {
            var end = await stream.FollowAsync();
            tell(new RunnerDied(deviceId, generation, end.Story, end.WasInterrupted));
        }
    }
}

/// <summary>An event of a runner.</summary>
internal sealed record RunnerSaid(string DeviceId, int Generation, RunnerProtocol.Event Happened);

/// <summary>The end of a runner, and how it came.</summary>
/// <param name="WasInterrupted">By Ctrl-C: not counted against what it measured.</param>
internal sealed record RunnerDied(string DeviceId, int Generation, string Story, bool WasInterrupted = false);
