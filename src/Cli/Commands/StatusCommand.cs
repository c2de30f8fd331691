using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Problems;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Nodes;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

internal static class StatusCommand
{
    /// <summary>A coordinator writes its heartbeat every second.</summary>
    private const double CoordinatorSilentAfterSeconds = 10;

    public static Command Create()
    {
        var run = new Argument<string?>("RUN") { Description = "A run's number or name; all runs when left out", Arity = ArgumentArity.ZeroOrOne };
        var database = CommonOptions.Database();
        var json = CommonOptions.Json();
        var command = new Command("status", "Shows the coordinator and the runs, or one run with what is on the devices now.\nExample: attnsweep status 7") { run, database, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var lease = await CommonOptions.AcquireCurrentAsync(parsed.GetValue(database), cancellation);
            await using var store = new Database(lease.ConnectionString, DatabaseRole.App);
            var runs = new RunStore(store);
            if (parsed.GetValue(run) is { } name)
            {
                var record = await CommonOptions.FindRunAsync(runs, name, cancellation);
                ShowOne(record, await runs.ProgressAsync(record.RunId, cancellation), parsed.GetValue(json));
            }
            else
            {
                ShowAll(await runs.ListAsync(20, cancellation), await new NodeStore(store).CoordinatorAsync(cancellation), parsed.GetValue(json));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    public static bool IsAlive(CoordinatorRecord? coordinator) => coordinator is { } c && c.SecondsSinceHeartbeat < CoordinatorSilentAfterSeconds;

    private static void ShowAll(IReadOnlyList<RunRecord> runs, CoordinatorRecord? coordinator, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    coordinator = coordinator is null ? null : new { coordinator.Epoch, coordinator.Address, coordinator.ProcessId, alive = IsAlive(coordinator) },
                    runs = runs.Select(r => new { r.RunId, r.Name, r.State, r.Cells, r.CreatedAt, r.FinishedAt }),
                },
                JsonOutput.Options));
            return;
        }

        Screen.Out.WriteLine(coordinator is { } c && IsAlive(c)
            ? $"coordinator: {c.Address}, epoch {c.Epoch}"
            : "coordinator: none at work on this database");
        var table = Screen.NewTable("run", "name", "state", "cells", "created");
        foreach (var run in runs)
        {
            table.AddRow(
                run.RunId.ToString(CultureInfo.InvariantCulture), Markup.Escape(run.Name), run.State,
                run.Cells.ToString(CultureInfo.InvariantCulture), run.CreatedAt.ToString("u", CultureInfo.InvariantCulture));
        }

        Screen.Out.Write(table);
    }

    private static void ShowOne(RunRecord run, RunProgress progress, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    run.RunId,
                    run.Name,
                    progress.State,
                    progress.Cells,
                    progress.Done,
                    progress.Outcomes,
                    progress.EstimatedSeconds,
                    progress.DoneSeconds,
                    progress.ElapsedSeconds,
                    progress.Working,
                },
                JsonOutput.Options));
            return;
        }

        Screen.Out.Write(ProgressView.Render(run.Name, progress));
    }
}
