using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Kernels.Devices;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Scheduling;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>What this machine can measure on.</summary>
internal static class DevicesCommand
{
    public static Command Create(Surroundings around)
    {
        var all = new Option<bool>("--all") { Description = "List ilgpu-cpu too, the debugging device" };
        var cluster = new Option<bool>("--cluster") { Description = "Devices of all workers that are present, with what they do" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand("devices", "Lists the devices that a worker on this machine offers, or those of the whole cluster", "attnsweep devices\nattnsweep devices --cluster") { all, cluster, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(cluster))
            {
                await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
                await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
                Write(around, [.. (await new SchedulingStore(store).DevicesAsync(cancellation)).Where(d => d.State == "present")]);
                return ExitCodes.Ok;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("device", "backend", "name", "memory", "units", "driver");
            foreach (var d in DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: parsed.GetValue(all))))
            {
                table.AddRow(new Text(d.Id), new Text(d.Backend), new Text(d.Name), new Text(Units.Bytes(d.MemoryBytes)), new Text(Units.Text($"{d.ComputeUnits}")), new Text(d.Driver));
            }

            around.Console.Write(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(Surroundings around, IReadOnlyList<ClusterDevice> devices)
    {
        if (devices.Count == 0)
        {
            around.Out.WriteLine("no worker is present");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("device", "name", "memory", "labels", "state", "run");
        foreach (var d in devices)
        {
            table.AddRow(
                new Text($"{d.Worker}/{d.DeviceId}"), new Text(d.Name), new Text(Units.Bytes(d.MemoryBytes)), new Text(d.Labels),
                new Text(d.QuarantinedBecause is { } why ? $"quarantine: {why}" : d.Draining ? "draining" : d.RunId is null ? "idle" : "at work"),
                new Text(d.RunId is { } run ? Units.Text($"{run}") : ""));
        }

        around.Console.Write(table);
    }
}
