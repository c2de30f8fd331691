using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Measuring.Study;

/// <summary>
/// The method on simulated machines, where the truth is known: how often it calls the same code different, and how often it finds a
/// slowdown of known size. The stopping rule and the comparison are those of runs and of <c>attnsweep compare</c>.
/// </summary>
public static class SimulatedStudy
{
    /// <summary>A change comes alone or in company: a quarter of the cells of a comparison are slower, the others are not.</summary>
    private const int OneSlowedOf = 4;

    public static IReadOnlyList<double> Slowdowns { get; } = [0.02, 0.05];

    /// <summary>One row per preset and shape; the same for the same options on every machine.</summary>
    public static IReadOnlyList<StudyRow> Run(StudyOptions options, CancellationToken cancellation)
    {
        var cases = options.Presets.SelectMany(rules => options.Shapes.Select(shape => (rules, shape))).ToArray();
        var parts = cases.SelectMany(c => Comparisons(options).Select(part => (c.rules, c.shape, part.Slowdown, part.Repeat))).ToArray();
        var compared = new IReadOnlyList<StudiedCell>[parts.Length];
        Parallel.For(0, parts.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            compared[i] = Compare(parts[i].rules, parts[i].shape, parts[i].Slowdown, options.Cells, HashCode(options.Seed, parts[i].shape, parts[i].Slowdown, parts[i].Repeat)));
        return [.. cases.Select(c => Row(c.rules, c.shape, parts.Zip(compared).Where(p => p.First.rules == c.rules && p.First.shape == c.shape).ToLookup(p => p.First.Slowdown, p => p.Second)))];
    }

    /// <summary>The same code twice, two comparisons of it, and one comparison for each slowdown.</summary>
    private static IEnumerable<(double Slowdown, int Repeat)> Comparisons(StudyOptions options) =>
        [.. Enumerable.Range(0, options.SameCodeComparisons).Select(repeat => (0.0, repeat)), .. Slowdowns.Select(slowdown => (slowdown, 0))];

    private static StudyRow Row(MeasureRules rules, NoiseShape shape, ILookup<double, IReadOnlyList<StudiedCell>> compared)
    {
        var same = compared[0].SelectMany(cells => cells).ToArray();
        var found = Slowdowns.Select(slowdown =>
        {
            var cells = compared[slowdown].SelectMany(c => c).ToLookup(c => c.Slowed);
            return new FoundRate(
                slowdown, Rate.Where([.. cells[true]], c => c.Verdict == CellVerdict.Slower), Rate.Where([.. cells[false]], c => IsChange(c.Verdict)));
        });
        return new StudyRow(
            rules.Preset, shape, Rate.Where(same, c => IsChange(c.Verdict)), Rate.Where(same, c => c.Verdict == CellVerdict.Ambiguous), [.. found]);
    }

    private static IReadOnlyList<StudiedCell> Compare(MeasureRules rules, NoiseShape shape, double slowdown, int count, int seed)
    {
        var cells = new (string, CellSamples?, CellSamples?)[count];
        for (var i = 0; i < count; i++)
        {
            var cell = new SimulatedCell(shape, rules, unchecked(seed + (i * 7919)));
            cells[i] = ($"cell {i}", cell.Measure(1), cell.Measure(IsSlowed(i) ? 1 + slowdown : 1));
        }

        bool IsSlowed(int i) => slowdown > 0 && i % OneSlowedOf == 0;
        return [.. RunComparison.Compare(cells, new ComparisonRules()).Select((c, i) => new StudiedCell(IsSlowed(i), c.Verdict))];
    }

    private static bool IsChange(CellVerdict verdict) => verdict is CellVerdict.Faster or CellVerdict.Slower;

    private static int HashCode(int seed, NoiseShape shape, double slowdown, int repeat) =>
        unchecked((((((seed * 31) + (int)shape) * 31) + (int)(slowdown * 1000)) * 31 + repeat) * 1_000_003);

    private sealed record StudiedCell(bool Slowed, CellVerdict Verdict);
}

/// <param name="Cells">Cells of one comparison.</param>
/// <param name="SameCodeComparisons">Comparisons of the same code with itself, each of as many cells.</param>
public sealed record StudyOptions(
    IReadOnlyList<MeasureRules> Presets, IReadOnlyList<NoiseShape> Shapes, int Cells = 1000, int SameCodeComparisons = 2, int Seed = 1);

/// <summary>What a study saw at one preset.</summary>
/// <param name="Shape">Null for a real machine, whose noise has the shape that it has.</param>
/// <param name="FalseVerdicts">FASTER or SLOWER of the same code.</param>
/// <param name="Ambiguous">AMBIGUOUS of the same code.</param>
public sealed record StudyRow(string Preset, NoiseShape? Shape, Rate FalseVerdicts, Rate Ambiguous, IReadOnlyList<FoundRate> Found);

/// <param name="Slowdown">0.05: 5 % slower.</param>
/// <param name="Found">SLOWER of the cells that are.</param>
/// <param name="FalseBesides">FASTER or SLOWER of the cells of the same comparison that are not.</param>
public sealed record FoundRate(double Slowdown, Rate Found, Rate FalseBesides);
