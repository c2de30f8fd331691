using System.CommandLine;
using System.Text.Json;
using AttnSweep.Catalogue;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Launching;
using AttnSweep.Cli.Problems;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Nodes;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

internal static class KernelsCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var command = new Command("kernels", "Lists the kernels that a sweep may name, with their parameters.\nExample: attnsweep kernels") { json };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(
                    KernelCatalogue.All.Select(k => new { k.Name, k.Summary, k.IsDense, k.IsDataDependent, parameters = k.Parameters.Select(p => new { p.Name, p.Meaning }) }),
                    JsonOutput.Options));
                return ExitCodes.Ok;
            }

            var table = Screen.NewTable("kernel", "what it computes", "parameters");
            foreach (var kernel in KernelCatalogue.All)
            {
                table.AddRow(kernel.Name, Markup.Escape(kernel.Summary), Markup.Escape(string.Join("\n", kernel.Parameters.Select(p => $"{p.Name}: {p.Meaning}"))));
            }

            Screen.Out.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }
}

internal static class WorkersCommand
{
    public static Command Create()
    {
        var (database, json) = (CommonOptions.Database(), CommonOptions.Json());
        var command = new Command("workers", "Lists the workers that this database has seen, with their devices.\nExample: attnsweep workers") { database, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var workers = await new NodeStore(store).ListAsync(cancellation);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(workers, JsonOutput.Options));
                return ExitCodes.Ok;
            }

            var table = Screen.NewTable("worker", "host", "state", "last heard", "version", "devices");
            foreach (var worker in workers)
            {
                table.AddRow(
                    Markup.Escape(worker.Worker), Markup.Escape(worker.Host), worker.State, $"{Amounts.Duration(worker.SecondsSinceSeen)} ago",
                    Markup.Escape(worker.CodeVersion), Markup.Escape(string.Join("\n", worker.Devices.Select(d => $"{d.Id}: {d.Name}"))));
            }

            Screen.Out.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }
}

internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Prints the version of this program.\nExample: attnsweep version");
        command.SetAction(_ =>
        {
            Console.WriteLine(ThisProgram.Version);
            return ExitCodes.Ok;
        });
        return command;
    }
}
