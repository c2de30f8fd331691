using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AttnSweep.Cli.CommandLine;

/// <summary>A command whose help ends with an example.</summary>
internal sealed class ExampledCommand(string name, string description, string example) : Command(name, description)
{
    public string Example { get; } = example;
}

/// <summary>The usual help, and the command's example below it.</summary>
internal sealed class HelpWithExample(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ExampledCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Example:");
            foreach (var line in command.Example.Split('\n'))
            {
                output.WriteLine("  " + line);
            }
        }

        return code;
    }
}
