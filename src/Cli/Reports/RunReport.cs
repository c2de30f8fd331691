using System.Text.Json;
using AttnSweep.Catalogue;
using AttnSweep.Cli.Display;
using AttnSweep.Sparsity;
using AttnSweep.Statistics;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>Everything a summary shows.</summary>
internal sealed record RunReport(
    RunRecord Run, RunProgress Progress, IReadOnlyList<EnvironmentRow> Environments, IReadOnlyList<SpeedupRow> Speedups,
    IReadOnlyList<SparsityRow> Sparsity, IReadOnlyList<OutcomeRow> Outcomes)
{
    /// <summary>The metrics that a summary shows; the views have all of them.</summary>
    private static readonly string[] ShownMetrics = [SparsityMetrics.FracLeInvN, SparsityMetrics.TopN8Mass, SparsityMetrics.KTv01Frac, SparsityMetrics.Entropy, SparsityMetrics.NSumP2];

    public bool IsAllOk => Progress.Outcomes.GetValueOrDefault("ok") == Progress.Cells;

    public static async Task<RunReport> ReadAsync(RunStore runs, ReportReader reader, RunRecord run, CancellationToken cancellation) => new(
        run,
        await runs.ProgressAsync(run.RunId, cancellation),
        await reader.EnvironmentsAsync(run.RunId, cancellation),
        await reader.SpeedupsAsync(run.RunId, cancellation),
        await reader.SparsityAsync(run.RunId, ShownMetrics, cancellation),
        await reader.OutcomesAsync(run.RunId, cancellation));

    public void Write(IAnsiConsole console)
    {
        WriteHead(console);
        WriteSpeedups(console);
        WriteSparsity(console);
        WriteOutcomes(console);
        WriteNext(console);
    }

    private void WriteHead(IAnsiConsole console)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]Run {Run.RunId} ({Run.Name})[/]: {Progress.State}, {Progress.Outcomes.GetValueOrDefault("ok")} of {Progress.Cells} cells ok in {Units.Duration(Progress.ElapsedSeconds)}");
        foreach (var environment in Environments)
        {
            console.WriteLine(Units.Text($"  {environment.Backend}: {environment.Device}, {environment.Workers} worker(s), {environment.Cells} cells{Facts(environment.Facts)}"));
        }
    }

    private void WriteSpeedups(IAnsiConsole console)
    {
        var sparse = Speedups.Where(s => !IsDense(s.Variant)).ToList();
        if (sparse.Count == 0)
        {
            return;
        }

        foreach (var block in sparse.GroupBy(s => (s.Backend, s.D)).OrderBy(b => b.Key))
        {
            WriteSpeedups(console, block.Key.Backend, block.Key.D, [.. block]);
        }

        foreach (var variant in sparse.GroupBy(s => (s.Variant, s.Backend)))
        {
            console.WriteLine("  " + SpeedupVerdict.Line(variant.Key.Variant, variant.Key.Backend, [.. variant]));
        }

        console.WriteLine();
    }

    private static void WriteSpeedups(IAnsiConsole console, string backend, int d, IReadOnlyList<SpeedupRow> rows)
    {
        var sigmas = rows.Select(s => s.Sigma).Distinct().Order().ToList();
        // A line of its own: a title is broken to the width of its table.
        console.WriteLine(Units.Text($"Speed-up over dense (error) by sigma: {backend}, d = {d}"));
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("kernel");
        table.AddColumn(new TableColumn("n").RightAligned());
        table.AddColumn(new TableColumn("kept").RightAligned());
        sigmas.ForEach(sigma => table.AddColumn(new TableColumn(Units.Text($"{sigma}")).RightAligned()));
        foreach (var group in rows.GroupBy(s => (s.Variant, s.N)))
        {
            var kept = group.Select(s => s.KeptFraction).OfType<double>().ToList();
            table.AddRow([
                new Text(group.Key.Variant), new Text(Units.Text($"{group.Key.N}")),
                new Text(kept.Count == 0 ? "-" : Units.Text($"{kept.Average():0.#%}")),
                .. sigmas.Select(sigma => group.FirstOrDefault(s => s.Sigma.Equals(sigma)) is { } cell
                    ? new Text(Units.Text($"{cell.Speedup:0.00}x ({Units.Number(cell.RelError)})"), new Style(cell.Speedup > 1 ? Color.Green : Color.Default))
                    : new Text("-")),
            ]);
        }

        console.Write(table);
    }

    private void WriteSparsity(IAnsiConsole console)
    {
        if (Sparsity.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).Title("Sparsity: measured / theory (z over seeds)");
        table.AddColumn(new TableColumn("n").RightAligned()).AddColumn(new TableColumn("d").RightAligned()).AddColumn(new TableColumn("sigma").RightAligned());
        foreach (var metric in ShownMetrics)
        {
            table.AddColumn(new TableColumn(metric).RightAligned());
        }

        foreach (var group in Sparsity.GroupBy(s => (s.InputModel, s.Causal, s.N, s.D, s.Sigma)))
        {
            table.AddRow([Units.Text($"{group.Key.N}{(group.Key.Causal ? " causal" : "")}"), Units.Text($"{group.Key.D}"), Units.Text($"{group.Key.Sigma}"), .. ShownMetrics.Select(m => Beside([.. group.Where(s => s.Metric == m)]))]);
        }

        console.Write(table);
    }

    internal static string Beside(IReadOnlyList<SparsityRow> seeds)
    {
        var measured = seeds.Select(s => s.Measured).OfType<double>().Where(double.IsFinite).ToList();
        if (measured.Count == 0)
        {
            return "-";
        }

        var mean = SeedLevelMean.From(measured);
        if (seeds.Select(s => s.Theory).FirstOrDefault(t => t is not null) is not { } theory)
        {
            return Units.Number(mean.Mean);
        }

        var z = new ZScore(mean, theory, 0).Value;
        return Units.Text($"{Units.Number(mean.Mean)} / {Units.Number(theory)}{(z is { } value ? Units.Text($" ({value:+0.0;-0.0;0.0})") : "")}");
    }

    private void WriteOutcomes(IAnsiConsole console)
    {
        if (Outcomes.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).Title("Cells that are not ok").AddColumns("outcome", "kernel", "backend", "cells", "for example");
        foreach (var row in Outcomes)
        {
            table.AddRow(new Text(row.Outcome), new Text(row.Variant), new Text(row.Backend), new Text(Units.Text($"{row.Cells}")), new Text(row.Detail ?? ""));
        }

        console.Write(table);
    }

    private void WriteNext(IAnsiConsole console)
    {
        console.WriteLine("Next:");
        if (!IsAllOk)
        {
            console.WriteLine($"  attnsweep run --resume {Run.RunId}");
        }

        console.WriteLine($"  attnsweep results {Run.RunId} --cells");
        console.WriteLine($"  attnsweep sql \"SELECT variant, n, sigma, speedup_vs_dense, rel_error FROM v_cells WHERE run_id = {Run.RunId} ORDER BY speedup_vs_dense DESC LIMIT 10\"");
        console.WriteLine($"  attnsweep compare {Run.RunId} OTHER_RUN");
    }

    private static bool IsDense(string variant) => KernelCatalogue.Find(variant.Split('(')[0])?.IsDense ?? false;

    private static string Facts(string? json)
    {
        if (json is null)
        {
            return "";
        }

        using var facts = JsonDocument.Parse(json);
        return string.Concat(facts.RootElement.EnumerateObject().Select(f => $"; {f.Name} {f.Value}"));
    }
}
