using AttnSweep.Statistics;
using AttnSweep.Storage.Reading;

namespace AttnSweep.Cli.Reports;

/// <summary>A cell of two runs with its verdict.</summary>
internal sealed record ComparedCell(string Kernel, string Variant, CellComparison Comparison);

/// <summary>Lays the cells of two runs side by side by what they measured.</summary>
internal static class ComparedCells
{
    public static IReadOnlyList<ComparedCell> Of(IReadOnlyList<TrialSamplesRow> a, IReadOnlyList<TrialSamplesRow> b, ComparisonRules rules)
    {
        var (left, right) = (ByKey(a), ByKey(b));
        var names = a.Concat(b).DistinctBy(r => r.CellKey).ToDictionary(r => r.CellKey, r => (r.Kernel, r.Variant));
        var keys = names.Keys.Order(StringComparer.Ordinal).ToList();
        return [.. RunComparison.Compare([.. keys.Select(k => (k, left.GetValueOrDefault(k), right.GetValueOrDefault(k)))], rules)
            .Select(c => new ComparedCell(names[c.Key].Kernel, names[c.Key].Variant, c))];
    }

    private static Dictionary<string, CellSamples> ByKey(IReadOnlyList<TrialSamplesRow> rows) => rows
        .GroupBy(r => r.CellKey)
        .ToDictionary(g => g.Key, g => new CellSamples([.. g.Select(r => r.SamplesUs)], g.First().CellId));
}
