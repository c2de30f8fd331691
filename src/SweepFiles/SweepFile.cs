using AttnSweep.SweepFiles.Reading;
using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles;

/// <summary>Reads a sweep file (YAML; grammar in docs/sweep-files.md) and works it out into a plan.</summary>
public static class SweepFile
{
    /// <summary>Every mistake in the file is reported at once; a plan is there only when there is none. Pure: no clock, no disk.</summary>
    /// <param name="options">How cells are estimated and shards sized; null: by FLOP counts.</param>
    public static SweepReading Read(string text, string fileName, PlannerOptions? options = null)
    {
        var mistakes = new MistakeList(fileName);
        var reader = new SweepReader(mistakes);
        if (SweepTree.Read(text.TrimStart('\uFEFF'), mistakes) is not { } root || reader.Read(root) is not { } sweep)
            return new SweepReading(null, mistakes.InOrder);
        var result = Planner.Plan(sweep, options);
        foreach (var problem in result.Problems)
        {
            if (problem.Formula is { } formula)
                mistakes.Add(reader.Sources[formula], problem.Mistake);
            else
                mistakes.Add(reader.PlaceOf(problem.Subject), problem.Mistake.Found, problem.Mistake.Expected);
        }

        return new SweepReading(result.Plan, mistakes.InOrder);
    }
}

/// <summary>Either a plan or at least one mistake.</summary>
public sealed record SweepReading(SweepPlan? Plan, IReadOnlyList<SweepMistake> Mistakes);

/// <summary>A mistake in a sweep file: where it is (1-based), what was found, what would be right.</summary>
public sealed record SweepMistake(string File, int Line, int Column, string Found, string Expected)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Found}; {Expected}";
}
