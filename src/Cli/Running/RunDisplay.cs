using AttnSweep.Cli.Display;
using AttnSweep.Cli.Launching;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Running;

/// <summary>What a person sees while a run goes on: a live picture on a terminal, a line now and then elsewhere.</summary>
internal sealed class RunDisplay(RunRecord run, string logs)
{
    /// <summary>Lines for logs come when this much more of the work is done.</summary>
    private const double LineEveryShare = 0.1;

    private LiveDisplayContext? _live;
    private double _nextLineAt;
    private string? _lastRestarts;

    public async Task ShowAsync(Func<Task> work)
    {
        if (!Screen.IsTerminal)
        {
            await work();
            return;
        }

        await Screen.Out.Live(new Text($"run {run.RunId} ({run.Name}): starting")).AutoClear(false).StartAsync(async context =>
        {
            _live = context;
            await work();
        });
    }

    public void Update(RunProgress? progress, SupervisedProcesses processes)
    {
        if (progress is null)
        {
            return;
        }

        var restarts = string.Join(", ", processes.List().Where(p => processes.RestartCount(p.Name) > 0).Select(p => $"{p.Name} restarted {processes.RestartCount(p.Name)} times"));
        if (_live is { } live)
        {
            live.UpdateTarget(restarts.Length == 0
                ? ProgressView.Render(run.Name, progress)
                : new Rows(ProgressView.Render(run.Name, progress), new Text($"{restarts}; logs in {logs}")));
            return;
        }

        if (restarts != (_lastRestarts ?? ""))
        {
            _lastRestarts = restarts;
            Screen.Out.WriteLine($"{restarts}; logs in {logs}");
        }

        var share = progress.EstimatedSeconds > 0 ? progress.DoneSeconds / progress.EstimatedSeconds : 1;
        if (share >= _nextLineAt || progress.State is "finished" or "failed" or "cancelled")
        {
            Screen.Out.WriteLine(ProgressView.Line(progress));
            _nextLineAt = share + LineEveryShare;
        }
    }
}
