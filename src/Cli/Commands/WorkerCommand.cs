using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.LocalCluster;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Sweeps;
using AttnSweep.Worker;

namespace AttnSweep.Cli.Commands;

/// <summary>Offers this machine's devices to a cluster.</summary>
internal static class WorkerCommand
{
    public static Command Create(Surroundings around)
    {
        var node = new NodeArguments(0);
        var name = new Option<string?>("--name") { Description = "Unique in the cluster (default: the host's name)" };
        var devices = SharedOptions.Devices();
        var threads = SharedOptions.Threads();
        var spool = new Option<string?>("--spool") { Description = "Folder where results wait until they are acknowledged", HelpName = "FOLDER" };
        var labels = new Option<string[]>("--labels")
        {
            Description = "What sweeps may require of it, separated by commas: fast-disk,numa",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "LABELS",
            Validators = { v => SharedOptions.Demand<string[]>(v, all => SharedOptions.Split(all).All(WorkerLabels.IsLabel), "--labels are of letters, digits, '-', '_' and '.'") },
        };
        var nullDevices = new Option<int>("--null-devices") { Hidden = true };
        var command = new ExampledCommand(
            "worker", "Runs a worker until it is told to stop; it never needs a database", "attnsweep worker --host 10.0.0.6 --seeds 10.0.0.5:4053")
        { name, devices, threads, spool, labels, nullDevices };
        node.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(node.ExitWithParent))
            {
                around.Stop.FollowParent();
            }

            FreePort.Demand(parsed.GetValue(node.Port), parsed.GetValue(node.Host));
            var worker = parsed.GetValue(name) is { Length: > 0 } given ? given : Environment.MachineName;
            return WorkerProcess.RunAsync(
                new WorkerOptions(
                    worker, parsed.GetValue(node.Host)!, parsed.GetValue(node.Port), node.SeedsOf(parsed, NodeArguments.CoordinatorPort),
                    SharedOptions.Split(parsed.GetValue(devices)), parsed.GetValue(threads),
                    parsed.GetValue(spool) ?? Path.Combine(ServerHome.ForFilesOnly().Spool, worker),
                    [.. OwnProgram.Command, "runner", "--exit-with-parent"], Surroundings.CodeVersion,
                    node.TlsOf(parsed, around.Time), parsed.GetValue(node.Insecure))
                {
                    Labels = SharedOptions.Split(parsed.GetValue(labels)),
                    NullDevices = parsed.GetValue(nullDevices),
                },
                cancellation);
        });
        return command;
    }
}
