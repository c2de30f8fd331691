using System.CommandLine;
using AttnSweep.Catalogue;
using AttnSweep.Cli.CommandLine;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>What a sweep may name.</summary>
internal static class KernelsCommand
{
    public static Command Create(Surroundings around)
    {
        var command = new ExampledCommand("kernels", "Lists the kernels with their parameters", "attnsweep kernels");
        command.SetAction((_, _) =>
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("kernel", "what it does", "parameters", "from");
            foreach (var kernel in KernelCatalogue.All)
            {
                table.AddRow(new Text(kernel.Name), new Text(kernel.Summary), new Text(string.Join('\n', kernel.Parameters.Select(p => $"{p.Name}: {p.Meaning}"))), new Text(kernel.Build ?? "built in"));
            }

            around.Console.Write(table);
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }
}
