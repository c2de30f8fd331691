using System.CommandLine;
using System.Runtime.InteropServices;
using AttnSweep.Cli.Launching;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Problems;
using AttnSweep.Coordinator;
using AttnSweep.Kernels.Devices;
using AttnSweep.Worker;

namespace AttnSweep.Cli.Commands;

internal static class CoordinatorCommand
{
    public static Command Create()
    {
        var (host, seeds, database, withParent) = (CommonOptions.Host(), CommonOptions.Seeds(), CommonOptions.Database(), CommonOptions.ExitWithParent());
        var port = new Option<int>("--port") { Description = "Port that workers and other coordinators find this one at", DefaultValueFactory = _ => 4053 };
        var onlyRun = new Option<long?>("--only-run") { Description = "Grant shards of this run only, and fire no schedule" };
        var command = new Command("coordinator", "Starts a coordinator: grants shards, records results, fires schedules. Run one or three, never two.\nExample: attnsweep coordinator --host 10.0.0.5 --port 4053 --seeds 10.0.0.5:4053")
        {
            host, port, seeds, onlyRun, database, withParent,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var stop = new StopSignals(parsed.GetValue(withParent));
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            return await CoordinatorProcess.RunAsync(
                new CoordinatorOptions(
                    lease.ConnectionString, parsed.GetRequiredValue(host), parsed.GetValue(port), CommonOptions.Split(parsed.GetValue(seeds)),
                    parsed.GetValue(onlyRun), ThisProgram.Version),
                stop.Token);
        });
        return command;
    }
}

internal static class WorkerCommand
{
    public static Command Create()
    {
        var (host, seeds, withParent) = (CommonOptions.Host(), CommonOptions.Seeds(), CommonOptions.ExitWithParent());
        var name = new Option<string>("--name") { Description = "Unique in the cluster; results name it", DefaultValueFactory = _ => Environment.MachineName };
        var port = new Option<int>("--port") { Description = "0 picks a free one", DefaultValueFactory = _ => 0 };
        var devices = new Option<string[]>("--devices") { Description = "Device ids or backends to offer; all that are here when left out", AllowMultipleArgumentsPerToken = true };
        var threads = new Option<int>("--threads") { Description = "Threads of the cpu-simd device; 0 means one per core", DefaultValueFactory = _ => 0 };
        var spool = new Option<string?>("--spool") { Description = "Folder where results wait for their acknowledgement; else one under ATTNSWEEP_HOME" };
        var command = new Command("worker", "Starts a worker: pulls shards for this machine's devices and measures them.\nExample: attnsweep worker --name bench-3 --host 10.0.0.6 --seeds 10.0.0.5:4053")
        {
            name, host, port, seeds, devices, threads, spool, withParent,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var stop = new StopSignals(parsed.GetValue(withParent));
            var worker = parsed.GetRequiredValue(name);
            return await WorkerProcess.RunAsync(
                new WorkerOptions(
                    worker, parsed.GetRequiredValue(host), parsed.GetValue(port), CommonOptions.Split(parsed.GetValue(seeds)),
                    CommonOptions.Split(parsed.GetValue(devices)), parsed.GetValue(threads),
                    parsed.GetValue(spool) ?? Path.Combine(Home.Find(), "spool", worker), ThisProgram.Command, ThisProgram.Version),
                stop.Token);
        });
        return command;
    }
}

internal static class RunnerCommand
{
    public static Command Create()
    {
        var device = new Option<string>("--device") { Description = "As `attnsweep devices` lists it", Required = true };
        var threads = new Option<int>("--threads") { Description = "Threads of the cpu-simd device; 0 means one per core", DefaultValueFactory = _ => 0 };
        var command = new Command("runner", "Measures shards that come as JSON lines on standard input; events go to standard output. Workers start it; so can you.\nExample: attnsweep runner --device cpu-simd < shards.jsonl")
        {
            device, threads,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            // Its terminal's Ctrl-C is for the worker, which ends the runner in good order by closing its input.
            using var interrupt = Console.IsInputRedirected ? PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true) : null;
            using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = false };
            return await RunnerProcess.RunAsync(new RunnerOptions(parsed.GetRequiredValue(device), parsed.GetValue(threads)), Console.In, output, cancellation);
        });
        return command;
    }
}

internal static class DevicesCommand
{
    public static Command Create()
    {
        var json = CommonOptions.Json();
        var all = new Option<bool>("--all") { Description = "With ILGPU's CPU accelerator, a debugging tool" };
        var command = new Command("devices", "Lists the devices that a worker on this machine would offer. No driver, no device.\nExample: attnsweep devices") { json, all };
        command.SetAction(parsed =>
        {
            var devices = DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: parsed.GetValue(all)));
            DeviceList.Print(devices, parsed.GetValue(json));
            return ExitCodes.Ok;
        });
        return command;
    }
}
