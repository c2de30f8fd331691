using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Nodes;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>Who is in the cluster.</summary>
internal static class WorkersCommand
{
    /// <summary>As `run` judges it.</summary>
    private const double AliveWithinSeconds = 10;

    public static Command Create(Surroundings around)
    {
        var all = new Option<bool>("--all") { Description = "List workers that are gone too" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("workers", "Lists the coordinator and the workers with their devices", "attnsweep workers") { all, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var nodes = new NodeStore(store);
            around.Out.WriteLine(await nodes.CoordinatorAsync(cancellation) is { } c
                ? Units.Text($"{(c.SecondsSinceHeartbeat < AliveWithinSeconds ? "coordinator" : "no coordinator is alive; the last")}: process {c.ProcessId} on {c.Host}, {c.Address}, epoch {c.Epoch}, heard of {Units.Duration(c.SecondsSinceHeartbeat)} ago")
                : "coordinator: none so far");
            var table = new Table().Border(TableBorder.Simple).AddColumns("worker", "host", "state", "seen", "device", "name", "version");
            var known = await nodes.ListAsync(cancellation);
            var shown = known.Where(w => parsed.GetValue(all) || w.State == "present").ToList();
            if (shown.Count == 0)
            {
                around.Out.WriteLine(known.Count == 0 ? "no worker so far" : $"no worker is present; --all lists {Units.Count(known.Count, "worker")} of before");
                return ExitCodes.Ok;
            }

            foreach (var w in shown)
            {
                table.AddRow(
                    new Text(w.Worker), new Text(w.Host), new Text(w.State), new Text(Units.Text($"{Units.Duration(w.SecondsSinceSeen)} ago")),
                    new Text(string.Join('\n', w.Devices.Select(d => d.Id))), new Text(string.Join('\n', w.Devices.Select(d => d.Name))), new Text(w.CodeVersion));
            }

            around.Console.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }
}
