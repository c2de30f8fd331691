using AttnSweep.Cli.Display;
using AttnSweep.Sparsity;
using AttnSweep.Statistics;
using AttnSweep.Storage.Reading;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttnSweep.Cli.Reports;

/// <summary>Measured sparsity beside theory for one kind of input and head dimension, in three widths. Pure.</summary>
internal sealed class SparsityTables
{
    public const string Legend =
        "z: (measured - theory) in standard errors, Student's t over the seeds told as the equally unlikely normal score; within 2 in 95 of 100 cases.";

    /// <summary>The metrics that a summary shows; the views have all of them.</summary>
    public static readonly IReadOnlyList<string> ShownMetrics =
        [SparsityMetrics.FracLeInvN, SparsityMetrics.TopN8Mass, SparsityMetrics.KTv01Frac, SparsityMetrics.Entropy, SparsityMetrics.NSumP2];

    /// <summary>Those that stay where a row holds one number only: the table would fill several screens.</summary>
    private static readonly IReadOnlyList<string> MainMetrics = [SparsityMetrics.FracLeInvN, SparsityMetrics.TopN8Mass, SparsityMetrics.Entropy];

    private readonly string _title;
    private readonly List<SparsityCell> _cells;

    /// <param name="about">Which inputs: "independent, d = 64".</param>
    public SparsityTables(string about, IReadOnlyList<SparsityRow> rows)
    {
        _cells = [.. rows.GroupBy(r => (r.Metric, r.N, r.Sigma)).Select(g => SparsityCell.Of(g.Key.Metric, g.Key.N, g.Key.Sigma, [.. g])).OfType<SparsityCell>()];
        _title = $"Sparsity: measured / theory ({Seeds(_cells)}), by sigma: {about}";
    }

    public bool HasZ => _cells.Any(c => c.Z is not null);

    public IReadOnlyList<Func<IReadOnlyList<IRenderable>>> Layouts => [Wide, () => Tall(withError: true), () => Tall(withError: false)];

    private Text Heading => new(_title, new Style(decoration: Decoration.Bold));

    /// <summary>One row per metric and n, one column per sigma.</summary>
    private List<IRenderable> Wide()
    {
        var sigmas = _cells.Select(c => c.Sigma).Distinct().Order().ToList();
        var table = new Table().Border(TableBorder.Simple).AddColumn("metric").AddColumn(new TableColumn("n").RightAligned());
        sigmas.ForEach(sigma => table.AddColumn(new TableColumn(Units.Text($"{sigma}")).RightAligned()));
        foreach (var metric in ShownMetrics)
        {
            var name = metric;
            foreach (var byN in _cells.Where(c => c.Metric == metric).GroupBy(c => c.N).OrderBy(g => g.Key))
            {
                table.AddRow([new Text(name), new Text(Units.Text($"{byN.Key}")), .. sigmas.Select(sigma => new Text(byN.FirstOrDefault(c => c.Sigma.Equals(sigma))?.Together ?? "-"))]);
                name = "";
            }
        }

        return [Heading, table];
    }

    /// <summary>One row per n, sigma and metric, fewer metrics.</summary>
    private List<IRenderable> Tall(bool withError)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("n").RightAligned()).AddColumn(new TableColumn("sigma").RightAligned()).AddColumn("metric").AddColumn(new TableColumn("measured").RightAligned());
        if (withError)
        {
            table.AddColumn(new TableColumn("error").RightAligned());
        }

        table.AddColumn(new TableColumn("theory").RightAligned());
        if (HasZ)
        {
            table.AddColumn(new TableColumn("z").RightAligned());
        }

        foreach (var shape in _cells.Where(c => MainMetrics.Contains(c.Metric)).GroupBy(c => (c.N, c.Sigma)).OrderBy(g => g.Key))
        {
            var first = true;
            foreach (var cell in shape.OrderBy(c => Place(c.Metric)))
            {
                List<string> row = [first ? Units.Text($"{cell.N}") : "", first ? Units.Text($"{cell.Sigma}") : "", cell.Metric, Units.Number(cell.Measured.Mean)];
                if (withError)
                {
                    row.Add(Units.Number(cell.Measured.StandardError));
                }

                row.Add(Units.Number(cell.Theory));
                if (HasZ)
                {
                    row.Add(cell.ZText ?? "-");
                }

                table.AddRow(row.Select(text => new Text(text)));
                first = false;
            }
        }

        var left = ShownMetrics.Except(MainMetrics).Where(m => _cells.Any(c => c.Metric == m)).ToList();
        return left.Count == 0 ? [Heading, table] : [Heading, table, new Text($"  On a wider screen, or in the view v_sparsity_theory: {string.Join(", ", left)}."), new Text("")];
    }

    private static int Place(string metric) => ShownMetrics.TakeWhile(m => m != metric).Count();

    private static string Seeds(IReadOnlyList<SparsityCell> cells)
    {
        var (least, most) = (cells.Min(c => (int?)c.Measured.Seeds) ?? 0, cells.Max(c => (int?)c.Measured.Seeds) ?? 0);
        var seeds = least == most ? Units.Count(most, "seed") : Units.Text($"{least} to {most} seeds");
        return most <= 1 ? $"{seeds}, so no z" : $"z over {seeds}";
    }
}

/// <summary>One metric of one shape: the mean over the seeds, and theory.</summary>
internal sealed record SparsityCell(string Metric, int N, double Sigma, SeedLevelMean Measured, double? Theory)
{
    /// <returns>Null when no seed has a finite value.</returns>
    public static SparsityCell? Of(string metric, int n, double sigma, IReadOnlyList<SparsityRow> seeds)
    {
        var measured = seeds.Select(s => s.Measured).OfType<double>().Where(double.IsFinite).ToList();
        var theory = seeds.Select(s => s.Theory).OfType<double>().ToList();
        return measured.Count == 0 ? null : new SparsityCell(metric, n, sigma, SeedLevelMean.From(measured), theory.Count == 0 ? null : theory.Average());
    }

    /// <summary>Null for a single seed, and where theory has no closed form.</summary>
    public double? Z => Theory is { } theory ? new ZScore(Measured, theory, 0).Value : null;

    public string? ZText => Z is { } z ? Units.Text($"{z:+0.0;-0.0;0.0}") : null;

    public string Together => Theory is null ? Units.Number(Measured.Mean)
        : $"{Units.Number(Measured.Mean)} / {Units.Number(Theory)}{(ZText is { } z ? $" ({z})" : "")}";
}
