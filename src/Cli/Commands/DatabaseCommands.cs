using System.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Problems;
using AttnSweep.Storage.Connections;

namespace AttnSweep.Cli.Commands;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var database = CommonOptions.Database();
        var command = new Command("migrate", "Brings a database to this program's schema; needs a login with the role attnsweep_owner.\nExample: attnsweep migrate --database 'Host=…;Username=attnsweep_migrator;…'") { database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireAsync(parsed.GetValue(database), cancellation);
            var ran = await Migrator.MigrateAsync(lease.ConnectionString, cancellation);
            Console.WriteLine(ran.Count == 0 ? "the schema is current" : $"ran {string.Join(", ", ran)}");
            return ExitCodes.Ok;
        });
        return command;
    }
}

internal static class DatabaseCommands
{
    public static Command Create() => new("db", "The private PostgreSQL server of this user.")
    {
        Verb("start", "Starts it and keeps it up until `db stop`.", PrivateServerCommands.StartAsync),
        Verb("stop", "Stops it.", PrivateServerCommands.StopAsync),
        Verb("status", "Tells where its data are and whether it runs.", PrivateServerCommands.StatusAsync),
        Destroy(),
    };

    private static Command Verb(string name, string description, Func<TextWriter, CancellationToken, Task<int>> act)
    {
        var command = new Command(name, $"{description}\nExample: attnsweep db {name}");
        command.SetAction((_, cancellation) => act(Console.Out, cancellation));
        return command;
    }

    private static Command Destroy()
    {
        var yes = new Option<bool>("--yes") { Description = "Really: every run in it is lost" };
        var command = new Command("destroy", "Stops it and deletes its data.\nExample: attnsweep db destroy --yes") { yes };
        command.SetAction((parsed, cancellation) => parsed.GetValue(yes)
            ? PrivateServerCommands.DestroyAsync(Console.Out, cancellation)
            : throw new UserProblemException("`db destroy` deletes every run in the private server; say --yes if that is meant"));
        return command;
    }
}
