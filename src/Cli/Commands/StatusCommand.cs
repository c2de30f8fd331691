using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>How runs stand.</summary>
internal static class StatusCommand
{
    private const int Newest = 20;

    private static readonly JsonSerializerOptions JsonRules = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create(Surroundings around)
    {
        var run = new Argument<string?>("RUN") { Description = "Number of a run, or a sweep's name; without it the newest runs", Arity = ArgumentArity.ZeroOrOne };
        var json = SharedOptions.Json("The state");
        var database = SharedOptions.Database();
        var command = new ExampledCommand("status", "Shows how runs stand", "attnsweep status\nattnsweep status 3 --json") { run, json, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var runs = new RunStore(store);
            IReadOnlyList<RunRecord> shown = parsed.GetValue(run) is { } wanted
                ? [await SharedOptions.FindRunAsync(runs, wanted, cancellation)]
                : await runs.ListAsync(Newest, cancellation);
            var states = new List<RunProgress>();
            foreach (var record in shown)
            {
                states.Add(await runs.ProgressAsync(record.RunId, cancellation));
            }

            if (parsed.GetValue(json))
            {
                object answer = parsed.GetValue(run) is null ? states : states[0];
                around.Out.WriteLine(JsonSerializer.Serialize(answer, JsonRules));
            }
            else
            {
                Write(around, shown, states);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(Surroundings around, IReadOnlyList<RunRecord> runs, IReadOnlyList<RunProgress> states)
    {
        if (runs.Count == 0)
        {
            around.Out.WriteLine("no runs yet; start with `attnsweep run sweeps/quick.yaml`");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("run", "name", "state", "created (UTC)", "cells", "done", "not ok", "work");
        foreach (var (run, state) in runs.Zip(states))
        {
            var bad = state.Done - state.Outcomes.GetValueOrDefault("ok");
            table.AddRow(
                Units.Text($"{run.RunId}"), run.Name.EscapeMarkup(), run.State, Units.Text($"{run.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm}"),
                Units.Text($"{state.Cells}"), Units.Text($"{state.Done}"), Units.Text($"{bad}"), Units.Text($"{RunProgressView.Share(state):0%}"));
        }

        around.Console.Write(table);
        foreach (var device in states.SelectMany(s => s.Working))
        {
            around.Out.WriteLine(Units.Text($"{device.Worker} {device.Device}: {device.Cell ?? "preparing"} ({device.Share:0%} of shard {device.ShardId}, attempt {device.Attempt})"));
        }
    }
}
