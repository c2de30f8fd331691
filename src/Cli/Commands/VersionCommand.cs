using System.CommandLine;
using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.Commands;

internal static class VersionCommand
{
    public static Command Create(Surroundings around)
    {
        var command = new ExampledCommand("version", "Prints the version and commit of this build", "attnsweep version");
        command.SetAction((_, _) =>
        {
            around.Out.WriteLine(Surroundings.CodeVersion);
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }
}
