using AttnSweep.Cli.Problems;
using AttnSweep.SweepFiles;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Commands;

/// <summary>Reads the sweep file that a command was given; every mistake is told at once.</summary>
internal static class SweepReadings
{
    public static async Task<(string Text, SweepPlan Plan)> ReadAsync(FileInfo file, CancellationToken cancellation)
    {
        string text;
        try
        {
            text = await File.ReadAllTextAsync(file.FullName, cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UserProblemException($"cannot read the sweep file {file}: {(file.Exists ? problem.Message : "there is no such file")}");
        }

        var reading = SweepFile.Read(text, file.ToString());
        return reading.Plan is { } plan
            ? (text, plan)
            : throw new UserProblemException(string.Join(Environment.NewLine, reading.Mistakes));
    }
}
