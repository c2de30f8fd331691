using System.Text.Json;
using AttnSweep.Catalogue;
using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>Everything a summary shows.</summary>
internal sealed record RunReport(
    RunRecord Run, RunProgress Progress, IReadOnlyList<EnvironmentRow> Environments, IReadOnlyList<SpeedupRow> Speedups,
    IReadOnlyList<FrontierRow> Frontier, IReadOnlyList<SparsityRow> Sparsity, IReadOnlyList<OutcomeRow> Outcomes, IReadOnlyList<VerdictRow> Verdicts)
{
    private static readonly JsonSerializerOptions JsonRules = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool IsAllOk => Progress.Outcomes.GetValueOrDefault("ok") == Progress.Cells;

    public static async Task<RunReport> ReadAsync(RunStore runs, ReportReader reader, RunRecord run, CancellationToken cancellation) => new(
        run,
        await runs.ProgressAsync(run.RunId, cancellation),
        await reader.EnvironmentsAsync(run.RunId, cancellation),
        await reader.SpeedupsAsync(run.RunId, cancellation),
        await reader.FrontierAsync(run.RunId, cancellation),
        await reader.SparsityAsync(run.RunId, SparsityTables.ShownMetrics, cancellation),
        await reader.OutcomesAsync(run.RunId, cancellation),
        await reader.VerdictsAsync(run.RunId, cancellation));

    public string Json() => JsonSerializer.Serialize(
        new
        {
            Run.RunId,
            Run.Name,
            Progress.State,
            Progress.Cells,
            Progress.Outcomes,
            Progress.ElapsedSeconds,
            Environments = Environments.Select(e => new { e.Backend, e.Device, e.Workers, e.Cells, Facts = e.Facts is null ? (JsonElement?)null : JsonSerializer.Deserialize<JsonElement>(e.Facts) }),
            Speedups,
            Frontier,
            Sparsity = Sparsity.GroupBy(s => (s.InputModel, s.Causal, s.Heads, s.N, s.D, s.Sigma, s.Metric))
                .Select(g => (Shape: g.Key, Cell: SparsityCell.Of(g.Key.Metric, g.Key.N, g.Key.Sigma, [.. g]))).Where(x => x.Cell is not null)
                .Select(x => new
                {
                    x.Shape.InputModel,
                    x.Shape.Causal,
                    x.Shape.Heads,
                    x.Shape.N,
                    x.Shape.D,
                    x.Shape.Sigma,
                    x.Shape.Metric,
                    x.Cell!.Measured.Seeds,
                    Measured = x.Cell.Measured.Mean,
                    x.Cell.Measured.StandardError,
                    x.Cell.Theory,
                    x.Cell.Z,
                }),
            NotOk = Outcomes,
            Verdicts,
        },
        JsonRules);

    public void Write(IAnsiConsole console)
    {
        WriteHead(console);
        WriteSpeedups(console);
        WriteFrontier(console);
        WriteSparsity(console);
        WriteOutcomes(console);
        WriteVerdicts(console);
        WriteNext(console);
    }

    private void WriteHead(IAnsiConsole console)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]Run {Run.RunId} ({Run.Name})[/]: {Progress.State}, {Progress.Outcomes.GetValueOrDefault("ok")} of {Units.Count(Progress.Cells, "cell")} ok in {Units.Duration(Progress.ElapsedSeconds)}");
        if (Environments.Count > 0)
        {
            console.Write(EnvironmentBlock.Of(Environments));
            console.WriteLine();
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
            console.WriteFirstThatFits(new SpeedupTables(block.Key.Backend, block.Key.D, [.. block]).Layouts);
        }

        console.WriteLine(SpeedupTables.Legend);
        foreach (var variant in sparse.GroupBy(s => (s.Variant, s.Backend)))
        {
            console.Write(new Padder(new Text(SpeedupVerdict.Line(variant.Key.Variant, variant.Key.Backend, [.. variant])), new Padding(2, 0, 0, 0)));
        }

        console.WriteLine();
    }

    /// <summary>A frontier of the dense kernel alone says nothing.</summary>
    private void WriteFrontier(IAnsiConsole console)
    {
        if (Frontier.All(r => IsDense(r.Variant)))
        {
            return;
        }

        console.Write(new Text(FrontierLines.Heading, new Style(decoration: Decoration.Bold)));
        console.WriteLine();
        foreach (var part in FrontierLines.Of(Frontier))
        {
            console.Write(part);
        }

        console.WriteLine();
    }

    private void WriteSparsity(IAnsiConsole console)
    {
        var tables = Sparsity.GroupBy(s => (s.InputModel, s.Causal, s.Heads, s.D)).OrderBy(g => g.Key)
            .Select(g => new SparsityTables(About(g.Key.InputModel, g.Key.Causal, g.Key.Heads, g.Key.D), [.. g])).ToList();
        foreach (var table in tables)
        {
            console.WriteFirstThatFits(table.Layouts);
        }

        if (tables.Any(t => t.HasZ))
        {
            console.WriteLine(SparsityTables.Legend);
            console.WriteLine();
        }
    }

    private static string About(string model, bool causal, int heads, int d) =>
        Units.Text($"{model}{(causal ? ", causal" : "")}{(heads > 1 ? Units.Text($", {heads} heads") : "")}, d = {d}");

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

    private void WriteVerdicts(IAnsiConsole console)
    {
        foreach (var comparison in Verdicts.GroupBy(v => (v.BaselineRunId, v.BaselineRunName, v.RunId, v.RunName)))
        {
            var (baseline, baselineName, run, name) = comparison.Key;
            var other = run == Run.RunId ? $"with run {baseline} ({baselineName}) as the baseline" : $"as the baseline of run {run} ({name})";
            var counts = string.Join(", ", comparison.Select(v => Units.Text($"{v.Cells} {v.Verdict}")));
            console.WriteLine(Units.Text($"Compared {other} on {comparison.Max(v => v.DecidedAt).UtcDateTime:yyyy-MM-dd HH:mm} UTC: {counts}"));
        }

        if (Verdicts.Count > 0)
        {
            console.WriteLine();
        }
    }

    private void WriteNext(IAnsiConsole console)
    {
        console.WriteLine("Next:");
        if (Run.State is "queued" or "running")
        {
            console.WriteLine($"  attnsweep status {Run.RunId}");
        }
        else if (!IsAllOk)
        {
            console.WriteLine($"  attnsweep run --resume {Run.RunId}");
        }

        console.WriteLine($"  attnsweep results {Run.RunId} --cells");
        console.WriteLine($"  attnsweep sql \"SELECT variant, n, speedup_vs_dense FROM v_cells WHERE run_id = {Run.RunId}\"");
        console.WriteLine($"  attnsweep compare {Run.RunId} OTHER_RUN");
    }

    private static bool IsDense(string variant) => KernelCatalogue.Find(variant.Split('(')[0])?.IsDense ?? false;
}
