using System.Diagnostics;
using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.LocalCluster;

/// <summary>A coordinator or worker process of `run`, started again whenever it dies before its time.</summary>
internal sealed class ClusterChild(
    string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string?> environment, string logFile, TimeProvider time, Action<string> notes)
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private Process? _process;
    private bool _stopping;

    public string Name { get; } = name;

    /// <summary>Null while none runs.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_gate)
            {
                return _process?.Id;
            }
        }
    }

    /// <summary>Runs until <see cref="StopAsync"/> was called and the process has ended.</summary>
    /// <exception cref="SystemFailedException">It died too often.</exception>
    public async Task SuperviseAsync()
    {
        var rule = RestartRule.New;
        while (true)
        {
            using var process = Start();
            if (process is null)
            {
                return;
            }

            await Task.WhenAll(CopyAsync(process.StandardOutput), CopyAsync(process.StandardError), process.WaitForExitAsync());
            lock (_gate)
            {
                _process = null;
                if (_stopping)
                {
                    return;
                }
            }

            (rule, var wait) = rule.Died(time.GetUtcNow());
            if (wait is not { } pause)
            {
                throw new SystemFailedException($"{Name} died {rule.Deaths.Count} times within a minute, last with exit code {process.ExitCode}: {LastLine()} (log: {logFile})");
            }

            notes($"{Name} ended with exit code {process.ExitCode}; starting it again");
            await Task.Delay(pause, time);
        }
    }

    /// <summary>Asks it to drain (its standard input closes), kills it when that takes too long.</summary>
    public async Task StopAsync()
    {
        Process? process;
        lock (_gate)
        {
            _stopping = true;
            process = _process;
            try
            {
                process?.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has just died, which is what was wanted.
            }
        }

        if (process is null)
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(DrainTime, time);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            notes($"{Name} did not end within {DrainTime.TotalSeconds:0} s; killing it");
            Kill();
        }
        catch (InvalidOperationException)
        {
            // Ended and disposed of by the supervisor meanwhile.
        }
    }

    public void Kill()
    {
        lock (_gate)
        {
            _stopping = true;
            try
            {
                _process?.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has just ended.
            }
        }
    }

    private Process? Start()
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        lock (_gate)
        {
            return _stopping ? null : _process = Process.Start(start);
        }
    }

    private async Task CopyAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            lock (_gate)
            {
                File.AppendAllText(logFile, line + "\n");
            }
        }
    }

    private string LastLine() => File.Exists(logFile) ? File.ReadLines(logFile).LastOrDefault(l => l.Trim().Length > 0) ?? "it wrote nothing" : "it wrote nothing";
}
