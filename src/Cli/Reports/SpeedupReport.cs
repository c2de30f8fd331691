using System.Globalization;
using AttnSweep.Catalogue;
using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>Where sparse kernels win over dense, by how much and at what error: a table per backend, model and head dimension.</summary>
internal static class SpeedupReport
{
    public static void Print(IAnsiConsole console, IReadOnlyList<SpeedupRow> rows)
    {
        foreach (var group in rows.GroupBy(r => (r.Backend, r.InputModel, r.Causal, r.D)))
        {
            console.WriteLine();
            console.WriteLine($"Speed-up over dense (relative error), {group.Key.Backend}, {group.Key.InputModel}{(group.Key.Causal ? ", causal" : "")}, d = {group.Key.D}; medians over seeds");
            var sigmas = group.Select(r => r.Sigma).Distinct().Order().ToList();
            var table = Screen.NewTable(["kernel", "n", "GFLOP/s", .. sigmas.Select(s => $"sigma {s.ToString(CultureInfo.InvariantCulture)}")]);
            foreach (var line in group.GroupBy(r => (r.Variant, r.N)))
            {
                table.AddRow(
                [
                    Markup.Escape(line.Key.Variant),
                    line.Key.N.ToString(CultureInfo.InvariantCulture),
                    Amounts.Number(line.Average(r => r.Gflops)),
                    .. sigmas.Select(sigma => Cell(line.FirstOrDefault(r => r.Sigma == sigma))),
                ]);
            }

            console.Write(table);
        }

        foreach (var line in Verdicts(rows))
        {
            console.WriteLine(line);
        }
    }

    /// <summary>One line per sparse variant and backend: in how many shapes it wins over dense on every seed, and the best of them.</summary>
    internal static IEnumerable<string> Verdicts(IReadOnlyList<SpeedupRow> rows) => rows
        .Where(r => r.Speedup is not null && KernelCatalogue.Find(r.Kernel) is not { IsDense: true })
        .GroupBy(r => (r.Backend, r.Variant))
        .Select(g => Verdict(g.Key.Backend, g.Key.Variant, [.. g]));

    private static string Verdict(string backend, string variant, IReadOnlyList<SpeedupRow> rows)
    {
        var wins = rows.Where(r => r.SpeedupLow > 1).ToList();
        if (wins.Count == 0)
        {
            return $"  {variant} on {backend}: no win over dense in {rows.Count} shapes";
        }

        var best = wins.MaxBy(r => r.Speedup)!;
        var exact = wins.MinBy(r => r.RelError)!;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"  {variant} on {backend}: wins in {wins.Count} of {rows.Count} shapes; fastest {Amounts.Number(best.Speedup)}x at n = {best.N}, d = {best.D}, sigma = {best.Sigma} (error {Amounts.Number(best.RelError)}); most exact win {Amounts.Number(exact.Speedup)}x at error {Amounts.Number(exact.RelError)} (n = {exact.N}, d = {exact.D}, sigma = {exact.Sigma})");
    }

    private static string Cell(SpeedupRow? row) => row is null
        ? "-"
        : row.Speedup switch
        {
            null => "-",
            > 1 when row.SpeedupLow > 1 => $"[green]{Amounts.Number(row.Speedup)}x[/] ({Amounts.Number(row.RelError)})",
            _ => $"{Amounts.Number(row.Speedup)}x ({Amounts.Number(row.RelError)})",
        };
}
