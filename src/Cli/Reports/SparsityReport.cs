using System.Globalization;
using AttnSweep.Cli.Display;
using AttnSweep.Sparsity;
using AttnSweep.Statistics;
using AttnSweep.Storage.Reading;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>Measured sparsity beside theory, with z-scores whose standard errors come from seeds, never from rows.</summary>
internal static class SparsityReport
{
    private static readonly (string Metric, string Title)[] Shown =
    [
        (SparsityMetrics.FracLeInvN, "share p <= 1/n"),
        (SparsityMetrics.TopN8Mass, "top n/8 mass"),
        (SparsityMetrics.KTv01Frac, "k/n for TV 0.1"),
        (SparsityMetrics.Entropy, "entropy"),
        (SparsityMetrics.NSumP2, "n sum p^2"),
    ];

    public static void Print(IAnsiConsole console, IReadOnlyList<SparsityRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        console.WriteLine();
        console.WriteLine("Sparsity, measured (theory; z): means over seeds, z in standard errors between seeds, |z| <= 4 agrees");
        var table = Screen.NewTable(["n", "d", "sigma", "seeds", .. Shown.Select(s => s.Title)]);
        foreach (var shape in rows.GroupBy(r => (r.InputModel, r.Causal, r.N, r.D, r.Sigma)))
        {
            var byMetric = shape.ToLookup(r => r.Metric);
            table.AddRow(
            [
                $"{shape.Key.N}{(shape.Key.Causal ? " causal" : "")}",
                shape.Key.D.ToString(CultureInfo.InvariantCulture),
                shape.Key.Sigma.ToString(CultureInfo.InvariantCulture),
                shape.Select(r => r.Seed).Distinct().Count().ToString(CultureInfo.InvariantCulture),
                .. Shown.Select(s => Cell([.. byMetric[s.Metric]])),
            ]);
        }

        console.Write(table);
    }

    private static string Cell(IReadOnlyList<SparsityRow> rows)
    {
        if (rows.Count == 0)
        {
            return "-";
        }

        var measured = SeedLevelMean.From(rows.Select(r => r.Measured));
        if (rows[0].Theory is not { } theory)
        {
            return Amounts.Number(measured.Mean);
        }

        var score = new ZScore(measured, theory, 0);
        var z = score.Value is { } value ? value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) : "one seed";
        var text = $"{Amounts.Number(measured.Mean)} ({Amounts.Number(theory)}; {z})";
        return score.Agrees == false ? $"[yellow]{text}[/]" : text;
    }
}
