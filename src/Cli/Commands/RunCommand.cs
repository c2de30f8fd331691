using System.CommandLine;
using System.Runtime.InteropServices;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Launching;
using AttnSweep.Cli.Problems;
using AttnSweep.Cli.Reports;
using AttnSweep.Cli.Running;
using AttnSweep.Kernels.Devices;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Nodes;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using AttnSweep.SweepFiles;
using AttnSweep.Sweeps;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>The main job: a cluster on this machine for one run, from the sweep file to the summary.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo?>("FILE") { Description = "A sweep file (docs/sweep-files.md)", Arity = ArgumentArity.ZeroOrOne };
        var resume = new Option<string?>("--resume") { Description = "Measure only what this run still lacks", HelpName = "RUN" };
        var workers = new Option<int>("--workers") { Description = "Worker processes; the cores are shared out between them", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Threads of each worker's cpu-simd device; 0 shares the cores out", DefaultValueFactory = _ => 0 };
        var database = CommonOptions.Database();
        var command = new Command("run", "Runs a sweep on this machine: starts a cluster, measures, takes it down, prints the answer.\nExamples: attnsweep run sweeps/quick.yaml\n          attnsweep run --resume 7")
        {
            file, resume, workers, threads, database,
        };
        command.SetAction(async (parsed, _) =>
        {
            var settings = new LocalClusterSettings(parsed.GetValue(workers), parsed.GetValue(threads), Environment.ProcessorCount);
            using var stop = new StopSignals(withParent: false);
            return (parsed.GetValue(file), parsed.GetValue(resume)) switch
            {
                ({ } path, null) => await RunAsync(await NewAsync(path, stop.Token), settings, parsed.GetValue(database), stop),
                (null, { } run) => await RunAsync(new Resumed(run), settings, parsed.GetValue(database), stop),
                _ => throw new UserProblemException("give a sweep file, or --resume RUN; not both, not neither"),
            };
        });
        return command;
    }

    private static async Task<Work> NewAsync(FileInfo path, CancellationToken cancellation)
    {
        var (text, plan) = await SweepReadings.ReadAsync(path, cancellation);
        DemandDevices(plan.Shards.Select(s => s.Backend));
        return new New(plan, new RunRequest(path.ToString(), text, ThisProgram.Version));
    }

    private static async Task<int> RunAsync(Work work, LocalClusterSettings settings, string? database, StopSignals stop)
    {
        await using var lease = await CommonOptions.AcquireAsync(database, stop.Token);
        await Migrator.MigrateAsync(lease.ConnectionString, stop.Token);
        await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
        var runs = new RunStore(store);
        await DemandNoOtherClusterAsync(new NodeStore(store), stop.Token);
        var (run, backends) = await BeginAsync(work, runs, stop.Token);

        var outcome = await LocalCluster.MeasureAsync(run, backends, settings, lease.ConnectionString, runs, stop.Token);
        if (outcome.Problem is { } problem)
        {
            await runs.PauseAsync(run.RunId, CancellationToken.None);
            throw new SystemProblemException($"{problem}{Environment.NewLine}attnsweep: run {run.RunId} is paused; go on with: attnsweep run --resume {run.RunId}");
        }

        if (stop.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync($"attnsweep: run {run.RunId} is paused, what was measured is kept; go on with: attnsweep run --resume {run.RunId}");
            return stop.Signal == PosixSignal.SIGTERM ? ExitCodes.Interrupted + (15 - 2) : ExitCodes.Interrupted;
        }

        await using var readable = new Database(lease.ConnectionString, DatabaseRole.Reader);
        await Summary.PrintAsync(run, runs, new RunReader(readable), CancellationToken.None);
        return outcome.AllOk ? ExitCodes.Ok : ExitCodes.BadNews;
    }

    private static async Task<(RunRecord Run, IReadOnlyList<string> Backends)> BeginAsync(Work work, RunStore runs, CancellationToken cancellation)
    {
        if (work is New fresh)
        {
            var id = await runs.SubmitAsync(fresh.Plan, fresh.Request, cancellation);
            Screen.Out.WriteLine($"run {id} ({fresh.Plan.Name}): {fresh.Plan.Cells.Count} cells in {fresh.Plan.Shards.Count} shards");
            return (await FindAsync(runs, id, cancellation), BackendsOf(fresh.Plan));
        }

        var run = await CommonOptions.FindRunAsync(runs, ((Resumed)work).Run, cancellation);
        var reading = SweepFile.Read(run.SweepText, run.Name);
        var plan = reading.Plan ?? throw new SystemProblemException($"the sweep stored with run {run.RunId} cannot be read by this version: {reading.Mistakes[0]}");
        DemandDevices(plan.Shards.Select(s => s.Backend));

        // A launcher that was killed left its run "running"; nobody measures it now, or DemandNoOtherCluster had said so.
        await runs.PauseAsync(run.RunId, cancellation);
        var missing = await runs.ResumeAsync(run.RunId, cancellation) ?? 0;
        Screen.Out.WriteLine($"run {run.RunId} ({run.Name}): {missing} of {run.Cells} cells to measure");
        return (await FindAsync(runs, run.RunId, cancellation), BackendsOf(plan));
    }

    private static Task<RunRecord> FindAsync(RunStore runs, long id, CancellationToken cancellation) =>
        CommonOptions.FindRunAsync(runs, id.ToString(System.Globalization.CultureInfo.InvariantCulture), cancellation);

    private static IReadOnlyList<string> BackendsOf(SweepPlan plan) => [.. plan.Shards.Select(s => s.Backend).Distinct()];

    /// <summary>A backend without a device here would wait for ever: better said before the database is touched.</summary>
    private static void DemandDevices(IEnumerable<string> backends)
    {
        var here = DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: true));
        foreach (var backend in backends.Distinct())
        {
            if (here.All(d => d.Backend != backend))
            {
                throw new UserProblemException($"the sweep names the backend {backend}, and this machine has no device for it; it has {string.Join(", ", here.Select(d => d.Id))}");
            }
        }
    }

    private static async Task DemandNoOtherClusterAsync(NodeStore nodes, CancellationToken cancellation)
    {
        var coordinator = await nodes.CoordinatorAsync(cancellation);
        if (StatusCommand.IsAlive(coordinator))
        {
            throw new UserProblemException(
                $"a coordinator is already at work on this database ({coordinator!.Host}, process {coordinator.ProcessId}); queue the sweep there with `attnsweep submit`, or wait until it has ended");
        }
    }

    private abstract record Work;

    private sealed record New(SweepPlan Plan, RunRequest Request) : Work;

    private sealed record Resumed(string Run) : Work;
}
