using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;

namespace AttnSweep.Cli.Reports;

/// <summary>Where one kernel variant wins over dense, in a sentence. Pure.</summary>
internal static class SpeedupVerdict
{
    /// <param name="shapes">The variant's rows on one backend, one for each (n, d, sigma); at least one.</param>
    public static string Line(string variant, string backend, IReadOnlyList<SpeedupRow> shapes)
    {
        var wins = shapes.Where(s => s.Speedup > 1).ToList();
        var line = $"{variant} on {backend}: wins in {Units.Text($"{wins.Count} of {shapes.Count}")} shapes over dense; fastest {Shape(shapes.MaxBy(s => s.Speedup)!)}";
        // Without a known error no win is the most exact one.
        return wins.Where(s => s.RelError is not null).MinBy(s => s.RelError) is { } exact ? $"{line}; most exact win {Shape(exact)}" : line;
    }

    private static string Shape(SpeedupRow row) =>
        Units.Text($"{row.Speedup:0.00}x at n={row.N}, d={row.D}, sigma={row.Sigma} (error {Units.Number(row.RelError)})");
}
