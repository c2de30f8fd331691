using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Cli.Commands;

/// <summary>Brings a database to this program's schema.</summary>
internal static class MigrateCommand
{
    public static Command Create(Surroundings around)
    {
        var database = SharedOptions.Database();
        var command = new ExampledCommand("migrate", "Brings the database to this program's schema; old data stay", "ATTNSWEEP_DATABASE='Host=db;Database=attnsweep;Username=owner;Password=…' attnsweep migrate") { database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            var scripts = await Migrator.MigrateAsync(access.ConnectionString, cancellation);
            around.Out.WriteLine(scripts.Count == 0 ? "the schema is current" : $"ran {string.Join(", ", scripts)}");
            return ExitCodes.Ok;
        });
        return command;
    }
}
