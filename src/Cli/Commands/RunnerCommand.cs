using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.LocalCluster;
using AttnSweep.Worker;

namespace AttnSweep.Cli.Commands;

/// <summary>One device, work on standard input.</summary>
internal static class RunnerCommand
{
    public static Command Create(Surroundings around)
    {
        var device = new Option<string>("--device") { Description = "A device that `attnsweep devices` lists", Required = true, HelpName = "ID" };
        var threads = SharedOptions.Threads();
        var child = SharedOptions.ExitWithParent();
        var command = new ExampledCommand(
            "runner", "Measures shards given as JSON lines on standard input; events go to standard output", "attnsweep runner --device cpu-simd --threads 2 < shards.jsonl")
        { device, threads, child };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(child))
            {
                around.Stop.IgnoreInterrupts();
            }

            return RunnerProcess.RunAsync(new RunnerOptions(parsed.GetValue(device)!, parsed.GetValue(threads), parsed.GetValue(child), [.. OwnProgram.Command, "runner"]), Console.In, Console.Out, cancellation);
        });
        return command;
    }
}
