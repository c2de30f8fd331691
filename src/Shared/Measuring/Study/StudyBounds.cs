using AttnSweep.Statistics;

namespace AttnSweep.Measuring.Study;

/// <summary>What the method promises (docs/measuring.md); a self-test that finds otherwise fails.</summary>
/// <param name="FalseVerdicts">Most FASTER and SLOWER of the same code, as a share of cells.</param>
/// <param name="Ambiguous">Most AMBIGUOUS of the same code.</param>
/// <param name="Found">Least SLOWER of cells slowed by so much.</param>
public sealed record StudyBounds(double FalseVerdicts, double Ambiguous, IReadOnlyDictionary<double, double> Found)
{
    private static readonly Dictionary<double, double> Nothing = [];

    /// <summary>Simulated. <c>quick</c> is for a first look: it promises to cry wolf no more often than the others, and nothing else.</summary>
    public static StudyBounds Simulated(string preset) => preset == "quick"
        ? new StudyBounds(0.002, 1, Nothing)
        : new StudyBounds(0.002, 0.10, new Dictionary<double, double> { [0.02] = 0.70, [0.05] = 0.95 });

    /// <summary>On this machine: how much of a slowdown is found depends on how quiet it is, so none is promised.</summary>
    public static StudyBounds Real { get; } = new(0.01, 1, Nothing);

    /// <summary>One line for each promise that was not kept; none when all were.</summary>
    public IReadOnlyList<string> Broken(StudyRow row)
    {
        var of = row.Shape is { } shape ? $"{row.Preset}, {shape.Name()}" : $"{row.Preset}, real";
        var broken = new List<string>();
        if (row.FalseVerdicts.Share > FalseVerdicts)
            broken.Add(Line(of, "false verdicts", row.FalseVerdicts, "at most", FalseVerdicts));
        if (row.Ambiguous.Share > Ambiguous)
            broken.Add(Line(of, "AMBIGUOUS", row.Ambiguous, "at most", Ambiguous));
        foreach (var rate in row.Found)
        {
            if (Found.TryGetValue(rate.Slowdown, out var least) && rate.Found.Share < least)
                broken.Add(Line(of, FormattableString.Invariant($"+{rate.Slowdown * 100:0.#} % found"), rate.Found, "at least", least));
        }

        return broken;
    }

    private static string Line(string of, string what, Rate rate, string relation, double bound) =>
        FormattableString.Invariant($"{of}: {what} in {rate.Share * 100:0.##} % of {rate.Of} cells, promised {relation} {bound * 100:0.##} %");
}
