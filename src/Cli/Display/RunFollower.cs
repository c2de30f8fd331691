using AttnSweep.Cli.CommandLine;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Display;

/// <summary>Watches a run until it ends: a live panel on a terminal, a line now and then elsewhere.</summary>
internal sealed class RunFollower(Surroundings around, RunStore runs)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);
    private readonly List<string> _notes = [];
    private bool _live;

    public void Note(string text)
    {
        lock (_notes)
        {
            _notes.Add(text);
            if (!_live)
            {
                around.Error.WriteLine($"attnsweep: {text}");
            }
        }
    }

    /// <returns>The run's state when it ended: finished, cancelled, failed or paused.</returns>
    public async Task<RunProgress> FollowAsync(long runId, CancellationToken cancellation)
    {
        if (!around.Console.Profile.Capabilities.Interactive || !around.Console.Profile.Capabilities.Ansi)
        {
            return await FollowAsync(runId, p => around.Out.WriteLine(RunProgressView.Line(p)), LineEvery, cancellation);
        }

        _live = true;
        try
        {
            return await around.Console.Live(new Text("starting")).AutoClear(true).StartAsync(live =>
                FollowAsync(runId, p => live.UpdateTarget(RunProgressView.Panel(p, around.Console.Profile.Width, Notes())), LookEvery, cancellation));
        }
        finally
        {
            _live = false;
        }
    }

    private async Task<RunProgress> FollowAsync(long runId, Action<RunProgress> show, TimeSpan showEvery, CancellationToken cancellation)
    {
        var shown = around.Time.GetTimestamp() - (long)(showEvery.TotalSeconds * around.Time.TimestampFrequency);
        while (true)
        {
            var progress = await runs.ProgressAsync(runId, cancellation);
            var ended = progress.State is "finished" or "cancelled" or "failed" or "paused";
            if (ended || around.Time.GetElapsedTime(shown) >= showEvery)
            {
                show(progress);
                shown = around.Time.GetTimestamp();
            }

            if (ended)
            {
                return progress;
            }

            await Task.Delay(LookEvery, around.Time, cancellation);
        }
    }

    private IReadOnlyList<string> Notes()
    {
        lock (_notes)
        {
            return [.. _notes];
        }
    }
}
