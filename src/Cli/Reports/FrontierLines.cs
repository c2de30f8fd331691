using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttnSweep.Cli.Reports;

/// <summary>Speed-up against error: for each shape the variants that nothing beats in both, most exact first. Pure.</summary>
internal static class FrontierLines
{
    public const string Heading = "Frontier of speed-up against error: nothing else is as exact and faster; most exact first";

    /// <param name="rows">Points of the frontier, in the order of sql/queries/frontier.sql.</param>
    public static IReadOnlyList<IRenderable> Of(IReadOnlyList<FrontierRow> rows)
    {
        var parts = new List<IRenderable>();
        foreach (var block in rows.GroupBy(r => (r.Backend, r.Device, r.Input, r.D)))
        {
            var device = block.Key.Device is null ? "" : $" ({block.Key.Device})";
            parts.Add(new Padder(new Text(Units.Text($"{block.Key.Backend}{device}, {block.Key.Input}, d = {block.Key.D}")), new Padding(2, 0, 0, 0)));
            parts.AddRange(block.GroupBy(r => (r.N, r.Sigma)).Select(shape => (IRenderable)new Padder(new Text(Line(shape.Key.N, shape.Key.Sigma, [.. shape])), new Padding(4, 0, 0, 0))));
        }

        return parts;
    }

    /// <summary>n=1024, sigma=1: flash 1.00x (3e-07), topk(k=n/8) 1.31x (1.2), ...</summary>
    public static string Line(int n, double sigma, IReadOnlyList<FrontierRow> shape) =>
        Units.Text($"n={n}, sigma={sigma}: ") + string.Join(", ", shape.OrderBy(r => r.Place).Select(r => Units.Text($"{r.Variant} {r.Speedup:0.00}x ({Units.Number(r.RelError)})")));
}
