using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AttnSweep.Cli.Commands;
using AttnSweep.Cli.Launching;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Running;

/// <summary>A coordinator and workers as child processes on loopback, for the length of one run.</summary>
internal static class LocalCluster
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    /// <summary>How a run on this machine ended.</summary>
    /// <param name="Problem">Why it could not go on, or null.</param>
    public sealed record Outcome(bool AllOk, string? Problem);

    public static async Task<Outcome> MeasureAsync(
        RunRecord run, IReadOnlyList<string> backends, LocalClusterSettings settings, string connectionString, RunStore runs, CancellationToken stopping)
    {
        var logs = Path.Combine(Home.Find(), "logs", $"run-{run.RunId}");
        Directory.CreateDirectory(logs);
        if (settings.Warning is { } warning)
        {
            await Console.Error.WriteLineAsync($"attnsweep: {warning}");
        }

        await using var processes = new SupervisedProcesses(logs, TimeProvider.System);
        Start(processes, run.RunId, backends, settings, connectionString);
        var view = new RunDisplay(run, logs);
        RunProgress? last = null;
        try
        {
            await view.ShowAsync(async () =>
            {
                using var timer = new PeriodicTimer(Look);
                do
                {
                    last = await ReadAsync(runs, run.RunId, last, stopping);
                    view.Update(last, processes);
                }
                while (!HasEnded(last) && processes.Failure is null && await timer.WaitForNextTickAsync(stopping));
            });
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("attnsweep: stopping; cells in progress are given back (again Ctrl-C ends at once)");
        }

        if (stopping.IsCancellationRequested && !HasEnded(last))
        {
            await runs.PauseAsync(run.RunId, CancellationToken.None);
        }

        await processes.StopAsync(Drain);
        return new Outcome(
            last is not null && last.Outcomes.All(o => o.Key == "ok" || o.Value == 0) && last.Done == last.Cells,
            HasEnded(last) || stopping.IsCancellationRequested ? null : processes.Failure);
    }

    private static void Start(SupervisedProcesses processes, long runId, IReadOnlyList<string> backends, LocalClusterSettings settings, string connectionString)
    {
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        var seed = $"127.0.0.1:{port}";
        processes.Start(
            "coordinator",
            ["coordinator", "--host", "127.0.0.1", "--port", port, "--seeds", seed, "--only-run", runId.ToString(CultureInfo.InvariantCulture), "--exit-with-parent"],
            new Dictionary<string, string> { [CommonOptions.DatabaseVariable] = connectionString });
        for (var i = 1; i <= settings.Workers; i++)
        {
            processes.Start(
                $"worker-{i}",
                [
                    "worker", "--name", $"local-{i}", "--host", "127.0.0.1", "--port", FreePort().ToString(CultureInfo.InvariantCulture), "--seeds", seed,
                    "--threads", settings.Threads.ToString(CultureInfo.InvariantCulture), "--devices", string.Join(',', backends),
                    "--spool", Path.Combine(Home.Find(), "spool", $"local-{i}"), "--exit-with-parent",
                ],
                // A worker never sees a database, not even by its environment.
                new Dictionary<string, string> { [CommonOptions.DatabaseVariable] = "" });
        }
    }

    /// <summary>The store may be away for a while; the run goes on when it is back.</summary>
    private static async Task<RunProgress?> ReadAsync(RunStore runs, long runId, RunProgress? last, CancellationToken cancellation)
    {
        try
        {
            return await runs.ProgressAsync(runId, cancellation);
        }
        catch (DatabaseProblemException)
        {
            return last;
        }
    }

    private static bool HasEnded(RunProgress? progress) => progress?.State is "finished" or "failed" or "cancelled";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
