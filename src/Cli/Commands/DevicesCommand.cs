using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Kernels.Devices;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>What this machine can measure on.</summary>
internal static class DevicesCommand
{
    public static Command Create(Surroundings around)
    {
        var all = new Option<bool>("--all") { Description = "List ilgpu-cpu too, the debugging device" };
        var command = new ExampledCommand("devices", "Lists the devices that a worker on this machine offers", "attnsweep devices") { all };
        command.SetAction((parsed, _) =>
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("device", "backend", "name", "memory", "units", "driver");
            foreach (var d in DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: parsed.GetValue(all))))
            {
                table.AddRow(new Text(d.Id), new Text(d.Backend), new Text(d.Name), new Text(Units.Bytes(d.MemoryBytes)), new Text(Units.Text($"{d.ComputeUnits}")), new Text(d.Driver));
            }

            around.Console.Write(table);
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }
}
