using System.CommandLine;
using System.CommandLine.Help;
using AttnSweep.Cli.Commands;
using AttnSweep.Kernels.Own;

namespace AttnSweep.Cli.CommandLine;

/// <summary>The command line as a whole: parses, runs, and turns what went wrong into a line and an exit code.</summary>
internal static class AttnsweepProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new StopSignal();
        var around = Surroundings.OfThisProcess(stop);
        try
        {
            OwnKernelFolder.AddToCatalogue();
        }
        catch (OwnKernelProblemException problem)
        {
            await around.Error.WriteLineAsync($"attnsweep: {problem.Message}");
            return ExitCodes.AskedWrongly;
        }

        return await RunAsync(args, around);
    }

    public static async Task<int> RunAsync(string[] args, Surroundings around)
    {
        var parsed = Build(around).Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExample)
        {
            foreach (var line in ParseProblems.Lines(parsed))
            {
                await around.Error.WriteLineAsync($"attnsweep: {line}");
            }

            await around.Error.WriteLineAsync($"attnsweep: see `{ParseProblems.Name(parsed.CommandResult)} --help`");
            return ExitCodes.AskedWrongly;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = around.Out, Error = around.Error },
                around.Stop.Asked);
        }
        catch (Exception problem)
        {
            var failure = Failures.Explain(problem);
            await around.Error.WriteLineAsync($"attnsweep: {failure.Line}");
            if (string.Equals(Environment.GetEnvironmentVariable("ATTNSWEEP_LOG"), "debug", StringComparison.OrdinalIgnoreCase))
            {
                await around.Error.WriteLineAsync(problem.ToString());
            }

            return failure.ExitCode;
        }
    }

    internal static RootCommand Build(Surroundings around)
    {
        var root = new RootCommand("Measures dense and sparse attention kernels over n, d and sigma on a cluster, into PostgreSQL.\nStart with: attnsweep run sweeps/quick.yaml");
        foreach (var command in CommandList.All(around))
        {
            root.Subcommands.Add(command);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        return root;
    }
}
