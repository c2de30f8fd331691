using System.Globalization;
using AttnSweep.Storage.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttnSweep.Cli.Display;

/// <summary>A run in progress, as a picture for a terminal or as one line for a log.</summary>
internal static class ProgressView
{
    public static IRenderable Render(string name, RunProgress progress)
    {
        var rows = new List<IRenderable>
        {
            new Markup($"run {progress.RunId} [bold]{Markup.Escape(name)}[/]: {progress.State}"),
            new BreakdownChart()
                .Width(60).HideTags()
                .AddItem("done", Math.Max(progress.DoneSeconds, 0.001), Color.Green)
                .AddItem("left", Math.Max(progress.EstimatedSeconds - progress.DoneSeconds, 0.001), Color.Grey),
            new Text(Line(progress)),
        };
        if (progress.Working.Count > 0)
        {
            var table = Screen.NewTable("worker", "device", "shard", "now", "share");
            foreach (var at in progress.Working)
            {
                table.AddRow(
                    Markup.Escape(at.Worker), Markup.Escape(at.Device), $"{at.ShardId}{(at.Attempt > 1 ? $" (attempt {at.Attempt})" : "")}",
                    Markup.Escape(at.Cell ?? "-"), at.Share.ToString("P0", CultureInfo.InvariantCulture));
            }

            rows.Add(table);
        }

        return new Rows(rows);
    }

    /// <summary>Percent by estimated cost, not by number of cells: cells differ by factors of thousands.</summary>
    public static string Line(RunProgress progress)
    {
        var share = progress.EstimatedSeconds > 0 ? progress.DoneSeconds / progress.EstimatedSeconds : progress.Done == progress.Cells ? 1 : 0;
        var failures = string.Join(", ", progress.Outcomes.Where(o => o.Key != "ok" && o.Value > 0).Select(o => $"{o.Value} {o.Key}"));
        return string.Create(CultureInfo.InvariantCulture, $"{progress.Done} of {progress.Cells} cells, {share:P0} of the work, {Eta(progress)}{(failures.Length > 0 ? $"; {failures}" : "")}");
    }

    /// <summary>The pace so far, applied to the estimate of what is left.</summary>
    public static string Eta(RunProgress progress)
    {
        if (progress.State is "finished" or "failed" or "cancelled" or "paused")
        {
            return $"{Amounts.Duration(progress.ElapsedSeconds)} elapsed";
        }

        var left = progress.EstimatedSeconds - progress.DoneSeconds;
        return progress.DoneSeconds > 0 && progress.ElapsedSeconds > 0
            ? $"about {Amounts.Duration(left * progress.ElapsedSeconds / progress.DoneSeconds)} left"
            : $"about {Amounts.Duration(left)} of device time left";
    }
}
