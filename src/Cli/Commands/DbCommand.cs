using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;

namespace AttnSweep.Cli.Commands;

/// <summary>The private server by hand.</summary>
internal static class DbCommand
{
    public static Command Create(Surroundings around) =>
        new ExampledCommand("db", "Starts, stops, shows or destroys the private PostgreSQL server", "attnsweep db status")
        {
            Create("start", "Starts the server and keeps it until `db stop`", cancellation => StartAsync(around, ServerHome.OfThisProcess(), cancellation)),
            Create("stop", "Stops the server", cancellation => StopAsync(around, ServerHome.OfThisProcess(), cancellation)),
            Create("status", "Shows whether the server runs, and where", _ => Task.FromResult(Status(around, ServerHome.OfThisProcess()))),
            Destroy(around),
        };

    private static ExampledCommand Create(string name, string description, Func<CancellationToken, Task<int>> action)
    {
        var command = new ExampledCommand(name, description, $"attnsweep db {name}");
        command.SetAction((_, cancellation) => action(cancellation));
        return command;
    }

    private static ExampledCommand Destroy(Surroundings around)
    {
        var yes = new Option<bool>("--yes") { Description = "Really: every result in it is lost" };
        var command = new ExampledCommand("destroy", "Stops the server and deletes its data", "attnsweep db destroy --yes") { yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            var home = ServerHome.OfThisProcess();
            return parsed.GetValue(yes) ? await DestroyAsync(around, home, cancellation) : throw new AskedWronglyException(
                $"this deletes every result in {home.Data}; say `attnsweep db destroy --yes` if that is meant");
        });
        return command;
    }

    internal static async Task<int> DestroyAsync(Surroundings around, ServerHome home, CancellationToken cancellation)
    {
        var server = Server(around, home);
        if (!server.Exists)
        {
            around.Out.WriteLine($"there is no private server in {server.Home.Folder}");
            return ExitCodes.Ok;
        }

        using var alone = LockFile.TryExclusive(server.Home.UsersLock)
            ?? throw new SystemFailedException("another attnsweep command is using the server; end it first");
        await server.StopAsync(cancellation);
        Directory.Delete(server.Home.Data, recursive: true);
        foreach (var file in new[] { server.Home.PasswordFile, server.Home.PortFile, server.Home.PinFile, server.Home.ServerLog })
        {
            File.Delete(file);
        }

        // Numbers of runs begin anew in the next database: results that still wait for this one must not reach it.
        if (Directory.Exists(server.Home.Spool))
        {
            Directory.Delete(server.Home.Spool, recursive: true);
        }

        around.Out.WriteLine($"the private server in {server.Home.Folder} is gone");
        return ExitCodes.Ok;
    }

    internal static async Task<int> StartAsync(Surroundings around, ServerHome home, CancellationToken cancellation)
    {
        var server = Server(around, home);
        server.PrepareFolder();
        await File.WriteAllTextAsync(server.Home.PinFile, "", cancellation);
        try
        {
            await using var access = await DatabaseAccess.OpenPrivateAsync(around, home, cancellation);
        }
        catch
        {
            File.Delete(server.Home.PinFile);
            throw;
        }

        return Status(around, home);
    }

    internal static async Task<int> StopAsync(Surroundings around, ServerHome home, CancellationToken cancellation)
    {
        var server = Server(around, home);
        if (!server.Exists)
        {
            around.Out.WriteLine($"there is no private server in {server.Home.Folder}");
            return ExitCodes.Ok;
        }

        File.Delete(server.Home.PinFile);
        using var alone = LockFile.TryExclusive(server.Home.UsersLock);
        if (alone is null)
        {
            around.Out.WriteLine("another attnsweep command is using the server; it stops when that command ends");
            return ExitCodes.Ok;
        }

        around.Out.WriteLine(await server.StopAsync(cancellation) ? "stopped" : "it was not running");
        return ExitCodes.Ok;
    }

    private static int Status(Surroundings around, ServerHome home)
    {
        var server = Server(around, home);
        var pinned = File.Exists(server.Home.PinFile) ? ", kept until `attnsweep db stop`" : "";
        around.Out.WriteLine(server switch
        {
            { Exists: false } => $"there is no private server in {server.Home.Folder} yet; the first command that needs one makes it",
            { Running: { } running } => $"running: 127.0.0.1:{running.Port}, process {running.ProcessId}, data in {server.Home.Data}{pinned}",
            _ => $"not running; data in {server.Home.Data}; the next command that needs it starts it",
        });
        return ExitCodes.Ok;
    }

    private static PrivateDatabase Server(Surroundings around, ServerHome home) => new(home, around.Error, around.Time);
}
