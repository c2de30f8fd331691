using System.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Problems;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

/// <summary>Options that several commands share, and what they mean.</summary>
internal static class CommonOptions
{
    public const string DatabaseVariable = "ATTNSWEEP_DATABASE";

    public static Option<string?> Database() => new("--database")
    {
        Description = $"PostgreSQL connection string; else {DatabaseVariable}; else a private server of this user's own",
        HelpName = "CONNECTION",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON for scripts" };

    public static Argument<string> Run(string description = "A run's number, or its name (the newest of that name)") => new("RUN") { Description = description };

    public static Argument<FileInfo> SweepFile() => new("FILE") { Description = "A sweep file (docs/sweep-files.md)" };

    public static Option<string> Host() => new("--host")
    {
        Description = "Address that other nodes reach this one at; it binds there too",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    public static Option<string[]> Seeds() => new("--seeds")
    {
        Description = "host:port of all coordinators, the same list everywhere (commas or spaces between them)",
        DefaultValueFactory = _ => ["127.0.0.1:4053"],
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>How a launcher's children notice that it died.</summary>
    public static Option<bool> ExitWithParent() => new("--exit-with-parent") { Hidden = true };

    public static IReadOnlyList<string> Split(IEnumerable<string>? values) =>
        [.. (values ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>The database of a command: given, or the private server, which it starts and leaves as it found it.</summary>
    public static Task<DatabaseLease> AcquireAsync(string? database, CancellationToken cancellation)
    {
        var given = database ?? Environment.GetEnvironmentVariable(DatabaseVariable);
        return DatabaseLease.AcquireAsync(string.IsNullOrWhiteSpace(given) ? null : given, line => Console.Error.WriteLine(line), cancellation);
    }

    /// <summary>The same, with the schema brought up to date where it is ours to do so.</summary>
    public static async Task<DatabaseLease> AcquireCurrentAsync(string? database, CancellationToken cancellation)
    {
        var lease = await AcquireAsync(database, cancellation);
        try
        {
            if (lease.IsPrivate)
            {
                await Migrator.MigrateAsync(lease.ConnectionString, cancellation);
            }

            return lease;
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="UserProblemException">There is no such run.</exception>
    public static async Task<RunRecord> FindRunAsync(RunStore runs, string idOrName, CancellationToken cancellation) =>
        await runs.FindAsync(idOrName, cancellation)
        ?? throw new UserProblemException($"there is no run '{idOrName}'; `attnsweep status` lists them");
}
