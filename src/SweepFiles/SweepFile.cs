using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles;

/// <summary>Reads a sweep file (YAML; grammar in docs/sweep-files.md) and works it out into a plan.</summary>
public static class SweepFile
{
    /// <summary>Every mistake in the file is reported at once; a plan is there only when there is none. Pure: no clock, no disk.</summary>
    public static SweepReading Read(string text, string fileName) => throw new NotImplementedException();
}

/// <summary>Either a plan or at least one mistake.</summary>
public sealed record SweepReading(SweepPlan? Plan, IReadOnlyList<SweepMistake> Mistakes);

/// <summary>A mistake in a sweep file: where it is (1-based), what was found, what would be right.</summary>
public sealed record SweepMistake(string File, int Line, int Column, string Found, string Expected)
{
    public override string ToString() => $"{File}:{Line}:{Column}: {Found}; {Expected}";
}
