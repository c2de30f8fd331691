using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AttnSweep.Cluster.Tests.Infrastructure;

/// <summary>An `attnsweep` command started by the launcher script, as a user starts it.</summary>
internal sealed class Attnsweep : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Task _reading;

    private Attnsweep(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(Drain(process.StandardOutput, _output), Drain(process.StandardError, _errors));
    }

    public static string Root { get; } = FindRoot();

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    /// <param name="environment">Added to this process's own; a null value removes a variable.</param>
    public static Attnsweep Start(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "attnsweep"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new Attnsweep(Process.Start(start) ?? throw new InvalidOperationException("the launcher did not start"));
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Finished> RunAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        await using var command = Start(environment, arguments);
        command._process.StandardInput.Close();
        return await command.WaitAsync(TimeSpan.FromMinutes(5));
    }

    /// <exception cref="TimeoutException">It did not end in time; what it wrote is in the message.</exception>
    public async Task<Finished> WaitAsync(TimeSpan limit)
    {
        using var deadline = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            await _reading.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"not ended after {limit}; stdout:\n{Output}\nstderr:\n{Errors}");
        }

        return new Finished(_process.ExitCode, Output, Errors);
    }

    public void Signal(string name) => ProcessTree.Signal(_process.Id, name);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            foreach (var child in ProcessTree.Below(_process.Id))
            {
                ProcessTree.Signal(child.Id, "KILL");
            }

            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task Drain(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
        }
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "Cluster.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"no Cluster.sln above {here}");
        }

        return folder;
    }

    internal sealed record Finished(int ExitCode, string Output, string Errors)
    {
        public override string ToString() => $"exit code {ExitCode}\nstdout:\n{Output}\nstderr:\n{Errors}";
    }
}
