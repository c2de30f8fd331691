using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AttnSweep.Protocol;

namespace AttnSweep.Worker.Runners;

/// <summary>
/// The child process that owns one device. It is started when work comes, and anew after every death; what it says is handed on with
/// the number of the process that said it, so that words of a killed one are told apart.
/// </summary>
internal sealed class RunnerChild(string deviceId, IReadOnlyList<string> command, int threads, Action<object> tell)
{
    private const int LongestLine = 8 << 20;
    private const int StoryLines = 20;

    /// <summary>The process ends on a thread of its own, and may do so while work is given to it.</summary>
    private readonly Lock _gate = new();

    private Process? _process;
    private int _generation;

    /// <summary>Gives a shard to the runner, starting one if there is none. Returns the number of the process that has it.</summary>
    public int Give(ShardWork work)
    {
        lock (_gate)
        {
            if (_process is null or { HasExited: true })
            {
                Start();
            }

            try
            {
                _process!.StandardInput.WriteLine(JsonSerializer.Serialize(work, ProtocolJson.Options));
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                // It died meanwhile; its death is told by whoever reads its output.
            }

            return _generation;
        }
    }

    public void Kill()
    {
        lock (_gate)
        {
            _process?.Kill(entireProcessTree: true);
            _process = null;
        }
    }

    /// <summary>A disposed process answers no question, not even whether it has ended: it is let go of before.</summary>
    private void LetGo(Process process)
    {
        lock (_gate)
        {
            if (_process == process)
            {
                _process = null;
            }

            process.Dispose();
        }
    }

    private void Start()
    {
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "--device", deviceId, "--threads", threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _generation++;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        _ = FollowAsync(_process, _generation);
    }

    private async Task FollowAsync(Process process, int generation)
    {
        var story = new Queue<string>();
        var errors = CollectAsync(process.StandardError, story);
        var garbage = await ListenAsync(process, generation);
        if (garbage is not null)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        await errors;
        var code = process.ExitCode;
        LetGo(process);
        var words = string.Join('\n', story);
        tell(new RunnerDied(deviceId, generation, garbage is null
            ? $"the runner ended with code {code}{(words.Length > 0 ? $"; its last words: {words}" : "")}"
            : $"the runner wrote {garbage} and was killed"));
    }

    /// <returns>What was wrong with what it wrote, or null when it simply ended.</returns>
    private async Task<string?> ListenAsync(Process process, int generation)
    {
        var lines = new BoundedLines(process.StandardOutput, LongestLine);
        try
        {
            while (await lines.ReadAsync() is { } line)
            {
                if (JsonSerializer.Deserialize<RunnerProtocol.Event>(line, ProtocolJson.Options) is not { } happened)
                {
                    return "a null event";
                }

                tell(new RunnerSaid(deviceId, generation, happened));
            }

            return null;
        }
        catch (InvalidDataException problem)
        {
            return problem.Message;
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException)
        {
            return $"a line that is no event ({problem.Message})";
        }
    }

    private static async Task CollectAsync(TextReader errors, Queue<string> story)
    {
        var lines = new BoundedLines(errors, LongestLine);
        try
        {
            while (await lines.ReadAsync() is { } line)
            {
                story.Enqueue(line.Length > 500 ? line[..500] : line);
                if (story.Count > StoryLines)
                {
                    story.Dequeue();
                }
            }
        }
        catch (InvalidDataException problem)
        {
            story.Enqueue(problem.Message);
        }
    }
}

/// <summary>An event of a runner.</summary>
internal sealed record RunnerSaid(string DeviceId, int Generation, RunnerProtocol.Event Happened);

/// <summary>The end of a runner, and how it came.</summary>
internal sealed record RunnerDied(string DeviceId, int Generation, string Story);
