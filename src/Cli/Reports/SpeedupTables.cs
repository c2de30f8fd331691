using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttnSweep.Cli.Reports;

/// <summary>Speed-ups over dense of one backend and head dimension, in three widths. Pure.</summary>
internal sealed class SpeedupTables(string backend, int d, IReadOnlyList<SpeedupRow> rows)
{
    /// <summary>Which error; once above the tables.</summary>
    public const string Legend =
        "In brackets: relative Frobenius error of the output, ||O - O_dense|| / ||O_dense||, against dense attention in double precision.";

    private readonly List<double> _sigmas = [.. rows.Select(s => s.Sigma).Distinct().Order()];

    public IReadOnlyList<Func<IReadOnlyList<IRenderable>>> Layouts => [Wide, ByKernel, Tall];

    private Text Heading => new(Units.Text($"Speed-up over dense (error) by sigma: {backend}, d = {d}"), new Style(decoration: Decoration.Bold));

    /// <summary>One row per kernel and n, one column per sigma.</summary>
    private List<IRenderable> Wide()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("kernel");
        AddColumns(table, ["n", "kept", .. SigmaNames]);
        foreach (var group in rows.GroupBy(s => (s.Variant, s.N)))
        {
            table.AddRow([new Text(group.Key.Variant), .. Cells(group.Key.N, [.. group])]);
        }

        return [Heading, table];
    }

    /// <summary>A small table for each kernel, under its name.</summary>
    private List<IRenderable> ByKernel()
    {
        var parts = new List<IRenderable> { Heading };
        foreach (var variant in rows.GroupBy(s => s.Variant))
        {
            var table = new Table().Border(TableBorder.Simple);
            AddColumns(table, ["n", "kept", .. SigmaNames]);
            foreach (var group in variant.GroupBy(s => s.N))
            {
                table.AddRow(Cells(group.Key, [.. group]));
            }

            parts.AddRange([new Text("  " + variant.Key), table]);
        }

        return parts;
    }

    /// <summary>One number a column.</summary>
    private List<IRenderable> Tall()
    {
        var parts = new List<IRenderable> { Heading };
        foreach (var variant in rows.GroupBy(s => s.Variant))
        {
            var table = new Table().Border(TableBorder.Simple);
            AddColumns(table, ["n", "sigma", "kept", "speed-up", "(error)"]);
            foreach (var row in variant)
            {
                table.AddRow(
                    new Text(Units.Text($"{row.N}")), new Text(Units.Text($"{row.Sigma}")), new Text(Kept([row])),
                    new Text(Units.Text($"{row.Speedup:0.00}x"), StyleOf(row)), new Text(Units.Text($"({Units.Number(row.RelError)})")));
            }

            parts.AddRange([new Text("  " + variant.Key), table]);
        }

        return parts;
    }

    private IEnumerable<string> SigmaNames => _sigmas.Select(sigma => Units.Text($"{sigma}"));

    private IEnumerable<IRenderable> Cells(int n, IReadOnlyList<SpeedupRow> bySigma) =>
    [
        new Text(Units.Text($"{n}")), new Text(Kept(bySigma)),
        .. _sigmas.Select(sigma => bySigma.FirstOrDefault(s => s.Sigma.Equals(sigma)) is { } cell
            ? new Text(Units.Text($"{cell.Speedup:0.00}x ({Units.Number(cell.RelError)})"), StyleOf(cell))
            : new Text("-")),
    ];

    /// <summary>One share, or the range where it depends on sigma.</summary>
    private static string Kept(IReadOnlyList<SpeedupRow> rows)
    {
        var kept = rows.Select(s => s.KeptFraction).OfType<double>().ToList();
        if (kept.Count == 0)
        {
            return "-";
        }

        var (low, high) = (Units.Text($"{kept.Min() * 100:0}"), Units.Text($"{kept.Max() * 100:0}"));
        return low == high ? Units.Text($"{kept.Average() * 100:0.#}%") : $"{low}-{high}%";
    }

    private static Style StyleOf(SpeedupRow row) => new(row.Speedup > 1 ? Color.Green : Color.Default);

    private static void AddColumns(Table table, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }
    }
}
