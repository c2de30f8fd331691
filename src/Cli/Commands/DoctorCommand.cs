using System.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Launching;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Problems;
using AttnSweep.Kernels.Devices;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Nodes;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>Looks at what a run would need, and says what is wrong before a night is lost to it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var database = CommonOptions.Database();
        var command = new Command("doctor", "Checks program, folders, database and devices of this machine. Exit code 1 when something is wrong.\nExample: attnsweep doctor") { database };
        command.SetAction(async (parsed, cancellation) =>
        {
            var wrong = 0;
            wrong += await CheckAsync("program", () => Task.FromResult($"{ThisProgram.Version}, .NET {Environment.Version}, {Environment.ProcessorCount} cores"));
            wrong += await CheckAsync("home", () => Task.FromResult(Home.Find()));
            wrong += await CheckAsync("database", () => DatabaseAsync(parsed.GetValue(database), cancellation));
            wrong += await CheckAsync("devices", () => Task.FromResult(string.Join("; ", DeviceCatalogue.Discover(new DeviceOptions()).Select(d => $"{d.Id} ({d.Name}, {Amounts.Bytes(d.MemoryBytes)})"))));
            return wrong == 0 ? ExitCodes.Ok : ExitCodes.BadNews;
        });
        return command;
    }

    private static async Task<string> DatabaseAsync(string? given, CancellationToken cancellation)
    {
        await using var lease = await CommonOptions.AcquireCurrentAsync(given, cancellation);
        await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
        var coordinator = await new NodeStore(store).CoordinatorAsync(cancellation);
        return $"{ConnectionTarget.Of(lease.ConnectionString)}{(lease.IsPrivate ? ", private" : "")}; {(StatusCommand.IsAlive(coordinator) ? $"coordinator {coordinator!.Address}" : "no coordinator at work")}";
    }

    private static async Task<int> CheckAsync(string what, Func<Task<string>> look)
    {
        try
        {
            Screen.Out.MarkupLine($"[green]ok[/]     {what}: {Markup.Escape(await look())}");
            return 0;
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Screen.Out.MarkupLine($"[red]wrong[/]  {what}: {Markup.Escape(problem.Message)}");
            return 1;
        }
    }
}
