using AttnSweep.Statistics;

namespace AttnSweep.Measuring.Study;

/// <summary>What the method promises (docs/measuring.md); a self-test that finds otherwise fails.</summary>
public sealed record StudyBounds(double FalseVerdicts, double Ambiguous, IReadOnlyDictionary<double, double> Found)
{
    /// <summary>Simulated, at <c>standard</c> and <c>careful</c>; <c>quick</c> promises the first two only.</summary>
    public static StudyBounds Simulated { get; } = new(0.002, 0.10, new Dictionary<double, double> { [0.02] = 0.70, [0.05] = 0.95 });

    /// <summary>On this machine: how much of a slowdown is found depends on how quiet it is, so none is promised.</summary>
    public static StudyBounds Real { get; } = new(0.01, 1, new Dictionary<double, double>());

    /// <summary>One line for each promise that was not kept; none when all were. False verdicts among unchanged cells beside changed ones count too.</summary>
    public IEnumerable<string> Broken(string of, Rate falseVerdicts, Rate ambiguous, IReadOnlyList<FoundRate> found)
    {
        if (falseVerdicts.Share > FalseVerdicts)
            yield return Line("false verdicts", falseVerdicts, "at most", FalseVerdicts);
        if (ambiguous.Share > Ambiguous)
            yield return Line("AMBIGUOUS", ambiguous, "at most", Ambiguous);
        foreach (var rate in found)
        {
            if (Found.TryGetValue(rate.Slowdown, out var least) && rate.Found.Share < least)
                yield return Line(Invariant($"+{rate.Slowdown:0.#%} found"), rate.Found, "at least", least);
        }

        string Line(string what, Rate rate, string relation, double bound) =>
            Invariant($"{of}: {what} in {rate.Share:0.##%} of {rate.Of} cells, promised {relation} {bound:0.##%}");
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
