using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Coordinator;

namespace AttnSweep.Cli.Commands;

/// <summary>Hands out shards and writes results; one or three of them, never two.</summary>
internal static class CoordinatorCommand
{
    public static Command Create(Surroundings around)
    {
        var node = new NodeArguments(NodeArguments.CoordinatorPort);
        var onlyRun = new Option<long?>("--only-run") { Description = "Grant shards of this run only, and fire no schedule", HelpName = "RUN" };
        var database = SharedOptions.Database();
        var command = new ExampledCommand(
            "coordinator", "Runs a coordinator until it is told to stop", "attnsweep coordinator --host 10.0.0.5 --port 4053 --seeds 10.0.0.5:4053")
        { onlyRun, database };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(node.ExitWithParent))
            {
                around.Stop.FollowParent();
            }

            FreePort.Demand(parsed.GetValue(node.Port), parsed.GetValue(node.Host));
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            var port = parsed.GetValue(node.Port);
            return await CoordinatorProcess.RunAsync(
                new CoordinatorOptions(
                    access.ConnectionString, parsed.GetValue(node.Host)!, port, node.SeedsOf(parsed, port), parsed.GetValue(onlyRun), Surroundings.CodeVersion,
                    node.TlsOf(parsed, around.Time), parsed.GetValue(node.Insecure)),
                cancellation);
        });
        return command;
    }
}
