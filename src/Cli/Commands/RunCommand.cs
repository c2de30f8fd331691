using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.LocalCluster;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Cli.Reports;
using AttnSweep.Kernels.Devices;
using AttnSweep.Protocol;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Nodes;
using AttnSweep.Storage.Reading;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Scheduling;
using AttnSweep.SweepFiles;

namespace AttnSweep.Cli.Commands;

/// <summary>A sweep from its file to its answer, with a cluster on this machine.</summary>
internal static class RunCommand
{
    /// <summary>A coordinator that was heard of less than this ago is alive.</summary>
    private const double AliveWithinSeconds = 10;

    public static Command Create(Surroundings around)
    {
        var file = new Argument<string?>("FILE") { Description = "Sweep file", Arity = ArgumentArity.ZeroOrOne };
        var workers = new Option<int>("--workers")
        {
            Description = "Worker processes to start",
            DefaultValueFactory = _ => 1,
            Validators = { v => SharedOptions.Demand<int>(v, count => count is >= 1 and <= 256, "--workers is between 1 and 256") },
        };
        var resume = new Option<string?>("--resume") { Description = "Go on with a run: measure only what is missing", HelpName = "RUN" };
        var devices = SharedOptions.Devices();
        var threads = SharedOptions.Threads();
        var port = new Option<int>("--port")
        {
            Description = "Port of the coordinator (default: a free one)",
            Validators = { v => SharedOptions.Demand<int>(v, p => p is >= 0 and <= 65535, "--port is between 0 and 65535") },
        };
        var database = SharedOptions.Database();
        var command = new ExampledCommand(
            "run", "Runs a sweep on a cluster of this machine and prints what came out",
            "attnsweep run sweeps/quick.yaml\nattnsweep run sweeps/quick.yaml --workers 2\nattnsweep run --resume quick")
        { file, workers, resume, devices, threads, port, database };
        var limits = new LimitOptions();
        limits.AddTo(command);
        command.SetAction((parsed, cancellation) => ExecuteAsync(around, new Request(
            parsed.GetValue(file), parsed.GetValue(workers), parsed.GetValue(resume), SharedOptions.Split(parsed.GetValue(devices)),
            parsed.GetValue(threads), parsed.GetValue(port), parsed.GetValue(database), limits.Priority(parsed), limits.Limits(parsed, around.Time.GetUtcNow())), cancellation));
        return command;
    }

    private static async Task<int> ExecuteAsync(Surroundings around, Request request, CancellationToken cancellation)
    {
        if (request.File is null == request.Resume is null)
        {
            throw new AskedWronglyException("give either a sweep FILE or --resume RUN");
        }

        FreePort.Demand(request.Port);

        // Read before anything is started: a mistake in the file costs no server.
        var source = request.File is null ? null : await SweepSource.ReadAsync(request.File, cancellation);
        var offered = source is null ? [] : LocalDevices.Offer(source.Plan, request.Devices, Here(request.Threads));
        if (source?.Plan.Requires is { Count: > 0 } requires)
        {
            throw new AskedWronglyException($"the sweep requires workers with the labels {string.Join(", ", requires)}, which a cluster of this machine has not; give it to one that has with `attnsweep submit`");
        }

        await using var access = await DatabaseAccess.OpenAsync(around, request.Database, cancellation, migrate: true);
        await using var database = new Database(access.ConnectionString, DatabaseRole.App);
        var runs = new RunStore(database);
        await RefuseSecondCoordinatorAsync(new NodeStore(database), cancellation);
        var run = await SubmitOrResumeAsync(runs, source, request, cancellation);
        if (source is null && SweepFile.Read(run.SweepText, run.Name).Plan is { } plan)
        {
            offered = LocalDevices.Offer(plan, request.Devices, Here(request.Threads));
        }

        if (run.State is not ("queued" or "running"))
        {
            await runs.ResumeAsync(run.RunId, cancellation);
        }

        around.Out.WriteLine($"run {run.RunId} ({run.Name}): {run.Cells} cells");

        var progress = await MeasureAsync(around, request with { Devices = offered }, access, runs, run, cancellation);
        if (progress is null)
        {
            await around.Error.WriteLineAsync($"attnsweep: run {run.RunId} is paused; go on with `attnsweep run --resume {run.RunId}`");
            return ExitCodes.Interrupted;
        }

        // The coordinator fits too, but it ends with the run, and may not come to it.
        await new CostStore(database).RefitAsync(CancellationToken.None);
        await using var reading = new Database(access.ConnectionString, DatabaseRole.Reader);
        var report = await RunReport.ReadAsync(runs, new ReportReader(reading), run, CancellationToken.None);
        report.Write(around.Console);
        return report.IsAllOk ? ExitCodes.Ok : ExitCodes.BadNews;
    }

    /// <returns>How the run ended; null when it was interrupted and is paused.</returns>
    private static async Task<RunProgress?> MeasureAsync(
        Surroundings around, Request request, DatabaseAccess access, RunStore runs, RunRecord run, CancellationToken cancellation)
    {
        var home = ServerHome.ForFilesOnly();
        var layout = ClusterLayout.Of(
            run.RunId, request.Workers, Environment.ProcessorCount, request.Threads, request.Devices,
            request.Port > 0 ? request.Port : FreePort.Any(), ClusterLayout.SpoolOf(home.Spool, access.IsPrivate ? null : access.ConnectionString));
        var follower = new RunFollower(around, runs);
        if (layout.Warning is { } warning)
        {
            follower.Note(warning);
        }

        var cluster = new LocalCluster.LocalCluster(layout, access.ConnectionString, Path.Combine(home.Logs, Units.Text($"run-{run.RunId}")), around.Time, follower.Note);
        await using var insisting = around.Stop.Insisted.Register(cluster.Kill);
        try
        {
            var supervision = cluster.StartAsync();
            using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var follow = follower.FollowAsync(run.RunId, following.Token);
            if (await Task.WhenAny(follow, supervision) == supervision)
            {
                await following.CancelAsync();
                await supervision;
            }

            var progress = await follow;
            return progress.State == "paused" ? null : progress;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The workers drain while the run is still theirs, so that finished cells are kept; then nothing more is granted.
            follower.Note("stopping: cells in progress are given back (Ctrl-C again to end at once)");
            await cluster.StopAsync();
            await runs.PauseAsync(run.RunId, CancellationToken.None);
            return null;
        }
        finally
        {
            await cluster.StopAsync();
            cluster.Kill();
        }
    }

    private static async Task<RunRecord> SubmitOrResumeAsync(RunStore runs, SweepSource? source, Request request, CancellationToken cancellation)
    {
        if (source is not null)
        {
            var id = await runs.SubmitAsync(source.Plan, new RunRequest(source.FileName, source.Text, Surroundings.CodeVersion, request.Priority) { Limits = request.Limits }, cancellation);
            return await SharedOptions.FindRunAsync(runs, Units.Text($"{id}"), cancellation);
        }

        return await SharedOptions.FindRunAsync(runs, request.Resume!, cancellation);
    }

    private static async Task RefuseSecondCoordinatorAsync(NodeStore nodes, CancellationToken cancellation)
    {
        if (await nodes.CoordinatorAsync(cancellation) is { } other && other.SecondsSinceHeartbeat < AliveWithinSeconds && !IsDeadHere(other))
        {
            throw new SystemFailedException(
                $"a coordinator already serves this database (process {other.ProcessId} on {other.Host}, {other.Address}); use `attnsweep submit` to give it work, or stop it first");
        }
    }

    private static IReadOnlyList<DeviceInfo> Here(int threads) => DeviceCatalogue.Discover(new DeviceOptions(threads, IncludeIlgpuCpu: true));

    /// <summary>One of this machine that was killed needs no waiting for.</summary>
    private static bool IsDeadHere(CoordinatorRecord other) => other.Host == Environment.MachineName && !Directory.Exists($"/proc/{other.ProcessId}");

    private sealed record Request(string? File, int Workers, string? Resume, IReadOnlyList<string> Devices, int Threads, int Port, string? Database, int Priority, RunLimits Limits);
}
