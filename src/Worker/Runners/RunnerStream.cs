using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using AttnSweep.Protocol;

namespace AttnSweep.Worker.Runners;

/// <summary>Follows one runner process to its end: hands on its events, keeps its last words, kills it when it writes garbage.</summary>
internal sealed class RunnerStream(Process process, TimeProvider clock, Action<RunnerProtocol.Event> tell)
{
    private const int LongestLine = 8 << 20;
    private const int StoryLines = 20;
    private const int StoryColumns = 500;

    /// <summary>How long the output may stay open after the process's end (a grandchild holds it), and the process after its output's.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Queue<string> _story = new();

    /// <summary>
    /// 128 + SIGINT: a Ctrl-C of the whole process group met the runner before it could turn deaf to it. Nobody's cell did that.
    /// </summary>
    private const int ExitInterrupted = 130;

    /// <summary>How it ended, with its last words on standard error.</summary>
    public async Task<RunnerEnd> FollowAsync()
    {
        var exit = process.WaitForExitAsync();
        var errors = CollectAsync();
        var listening = ListenAsync();
        await Task.WhenAny(exit, listening);
        if (listening.IsCompleted && await listening is not null)
        {
            Kill(process);
        }

        await Task.WhenAny(Task.WhenAll(exit, listening, errors), Task.Delay(Grace, clock));
        if (!exit.IsCompleted)
        {
            // Its output is closed: it lives, but can tell nothing any more.
            Kill(process);
        }

        await exit;
        var garbage = listening.IsCompleted ? await listening : null;
        var words = LastWords();
        return new RunnerEnd(
            WithLastWords(garbage is null ? $"the runner ended with code {process.ExitCode}" : $"the runner wrote {garbage} and was killed", words),
            garbage is null && process.ExitCode == ExitInterrupted);
    }

    /// <summary>A story with what the runner said last.</summary>
    public static string WithLastWords(string story, string words) => words.Length > 0 ? $"{story}; its last words: {words}" : story;

    /// <summary>Ends the process and its children; nothing happens when it has ended already.</summary>
    public static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception problem) when (problem is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended between the look and the kill.
        }
    }

    /// <summary>The last lines that it wrote to standard error, so far; at most 20 of 500 characters.</summary>
    public string LastWords()
    {
        lock (_story)
        {
            return string.Join('\n', _story);
        }
    }

    /// <returns>What was wrong with what it wrote, or null when it simply ended.</returns>
    private async Task<string?> ListenAsync()
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

                tell(happened);
            }

            return null;
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException)
        {
            return problem.Message;
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException)
        {
            return $"a line that is no event ({problem.Message})";
        }
    }

    private async Task CollectAsync()
    {
        var lines = new BoundedLines(process.StandardError, LongestLine);
        try
        {
            while (await lines.ReadAsync() is { } line)
            {
                Keep(line.Length > StoryColumns ? line[..StoryColumns] : line);
            }
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException)
        {
            Keep(problem.Message);
        }
    }

    private void Keep(string line)
    {
        lock (_story)
        {
            _story.Enqueue(line);
            if (_story.Count > StoryLines)
            {
                _story.Dequeue();
            }
        }
    }
}

/// <param name="Story">How it ended, with its last words.</param>
/// <param name="WasInterrupted">By a person, not by what it measured.</param>
internal sealed record RunnerEnd(string Story, bool WasInterrupted);
