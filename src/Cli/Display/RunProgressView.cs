using AttnSweep.Storage.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttnSweep.Cli.Display;

/// <summary>A run's progress as a line or as a live panel. Pure.</summary>
internal static class RunProgressView
{
    /// <summary>Share of the estimated device time that is done: equal weights for cells would make every forecast wrong when n grows.</summary>
    public static double Share(RunProgress p) =>
        p.EstimatedSeconds > 0 ? Math.Clamp(p.DoneSeconds / p.EstimatedSeconds, 0, 1) : p.Cells == 0 ? 1 : (double)p.Done / p.Cells;

    /// <summary>Seconds left at the pace so far; null while too little is done to say.</summary>
    public static double? SecondsLeft(RunProgress p) =>
        p.Done == p.Cells ? 0 : Share(p) is >= 0.02 and var share ? p.ElapsedSeconds * (1 - share) / share : null;

    public static string Line(RunProgress p)
    {
        if (p.Done == p.Cells)
        {
            return Units.Text($"run {p.RunId}: all {Units.Count(p.Cells, "cell")} done in {Units.Duration(p.ElapsedSeconds)}{Failures(p)}");
        }

        var left = SecondsLeft(p) is { } seconds ? $", about {Units.Duration(seconds)} left" : "";
        return Units.Text($"run {p.RunId}: {p.Done}/{p.Cells} cells, {Share(p):0%} of the work, {Units.Count(p.Working.Count, "device")} at work{left}{Failures(p)}");
    }

    public static IRenderable Panel(RunProgress p, int width, IReadOnlyList<string> notes)
    {
        var bar = Math.Clamp(width - 60, 10, 40);
        var filled = (int)Math.Round(bar * Share(p));
        var left = p.Done == p.Cells ? "" : SecondsLeft(p) is { } seconds ? $", about {Units.Duration(seconds)} left" : ", estimating";
        var rows = new List<IRenderable>
        {
            new Markup($"[bold]run {p.RunId}[/] {p.State.EscapeMarkup()}  [green]{new string('━', filled)}[/][grey]{new string('─', bar - filled)}[/] {Units.Text($"{Share(p):0%}")}"),
            new Text(Units.Text($"{p.Done} of {p.Cells} cells done, {p.Cells - p.Done} left; {Units.Duration(p.ElapsedSeconds)} gone{left}{Failures(p)}")),
        };
        if (p.Working.Count > 0)
        {
            var table = new Table().Border(TableBorder.None).AddColumns("worker", "device", "cell", "shard");
            foreach (var device in p.Working)
            {
                table.AddRow(new Text(device.Worker), new Text(device.Device), new Text(device.Cell ?? "preparing"), new Text(Units.Text($"{device.Share:0%}")));
            }

            rows.Add(table);
        }

        rows.AddRange(notes.TakeLast(3).Select(n => new Text(n, new Style(Color.Yellow))));
        return new Rows(rows);
    }

    private static string Failures(RunProgress p)
    {
        var bad = p.Outcomes.Where(o => o.Key != "ok" && o.Value > 0).OrderByDescending(o => o.Value).Select(o => $"{o.Value} {o.Key}").ToList();
        return bad.Count == 0 ? "" : "; " + string.Join(", ", bad);
    }
}
