using AttnSweep.Cli.CommandLine;
using AttnSweep.SweepFiles;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Commands;

/// <summary>A sweep file read from the disk and worked out.</summary>
internal sealed record SweepSource(string FileName, string Text, SweepPlan Plan)
{
    /// <exception cref="AskedWronglyException">It cannot be read or has mistakes; they are all in the message.</exception>
    public static async Task<SweepSource> ReadAsync(string file, CancellationToken cancellation)
    {
        string text;
        try
        {
            text = file == "-" ? await Console.In.ReadToEndAsync(cancellation) : await File.ReadAllTextAsync(file, cancellation);
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AskedWronglyException($"{file}: there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw new AskedWronglyException(Directory.Exists(file) ? $"{file}: is a folder; give a sweep file" : $"{file}: may not be read");
        }

        var reading = SweepFile.Read(text, file);
        return reading.Plan is { } plan && reading.Mistakes.Count == 0
            ? new SweepSource(file, text, plan)
            : throw new AskedWronglyException(string.Join('\n', reading.Mistakes.Select(m => m.ToString())));
    }
}
