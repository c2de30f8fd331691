using System.Globalization;
using System.Text.Json;
using AttnSweep.Cli.Display;
using AttnSweep.Protocol;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

internal static class DeviceList
{
    public static void Print(IReadOnlyList<DeviceInfo> devices, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(devices, JsonOutput.Options));
            return;
        }

        var table = Screen.NewTable("device", "backend", "name", "memory", "units", "driver");
        foreach (var device in devices)
        {
            table.AddRow(
                Markup.Escape(device.Id), device.Backend, Markup.Escape(device.Name), Amounts.Bytes(device.MemoryBytes),
                device.ComputeUnits.ToString(CultureInfo.InvariantCulture), Markup.Escape(device.Driver));
        }

        Screen.Out.Write(table);
    }
}
