using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Runs;
using AttnSweep.Storage.Scheduling;
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
            var scheduling = new SchedulingStore(store);
            var states = new List<RunProgress>();
            var left = new List<double?>();
            var notes = new List<string>();
            foreach (var record in shown)
            {
                states.Add(await runs.ProgressAsync(record.RunId, cancellation));
                left.Add(record.State is "running" ? await scheduling.SecondsLeftAsync(record.RunId, cancellation) : null);
                if (record.State is "queued" or "running")
                {
                    notes.AddRange((await scheduling.UnfitAsync(record.RunId, cancellation)).Select(line => Units.Text($"run {record.RunId}: {line}")));
                }
            }

            notes.AddRange((await scheduling.DevicesAsync(cancellation)).Where(d => d.State == "present" && d.Draining).Select(d => d.Worker).Distinct()
                .Select(worker => $"worker {worker} drains: it gets no more shards"));
            notes.AddRange((await scheduling.DevicesAsync(cancellation)).Where(d => d.State == "present" && d.QuarantinedBecause is not null)
                .Select(d => $"{d.Worker}/{d.DeviceId} is under quarantine: {d.QuarantinedBecause}; `attnsweep release {d.Worker}/{d.DeviceId}` lets it work again"));

            if (parsed.GetValue(json))
            {
                var told = states.Zip(left, shown).Select(at => RunStatus.Of(at.First, at.Third, at.Second, notes)).ToList();
                object answer = parsed.GetValue(run) is null ? told : told[0];
                around.Out.WriteLine(JsonSerializer.Serialize(answer, JsonRules));
            }
            else
            {
                Write(around, shown, states, left, notes);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(Surroundings around, IReadOnlyList<RunRecord> runs, IReadOnlyList<RunProgress> states, IReadOnlyList<double?> left, IReadOnlyList<string> notes)
    {
        if (runs.Count == 0)
        {
            around.Out.WriteLine("no runs yet; start with `attnsweep run sweeps/quick.yaml`");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("run", "name", "state", "priority", "created (UTC)", "cells", "done", "not ok", "work", "left");
        foreach (var (run, state, seconds) in runs.Zip(states, left))
        {
            var bad = state.Done - state.Outcomes.GetValueOrDefault("ok");
            table.AddRow(
                Units.Text($"{run.RunId}"), run.Name.EscapeMarkup(), run.State, Units.Text($"{run.Priority}"), Units.Text($"{run.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm}"),
                Units.Text($"{state.Cells}"), Units.Text($"{state.Done}"), Units.Text($"{bad}"), Units.Text($"{RunProgressView.Share(state):0%}"),
                seconds is { } s ? Units.Duration(s) : "");
        }

        around.Console.Write(table);
        foreach (var device in states.SelectMany(s => s.Working))
        {
            around.Out.WriteLine(Units.Text($"{device.Worker} {device.Device}: {device.Cell ?? "preparing"} ({device.Share:0%} of shard {device.ShardId}, attempt {device.Attempt})"));
        }

        foreach (var note in notes)
        {
            around.Out.WriteLine(note);
        }
    }
}

/// <summary>How a run stands, as --json has it.</summary>
/// <param name="SecondsLeft">By what shards have taken so far; null where nobody works on some of it.</param>
/// <param name="Notes">What a person should know: cells that fit nowhere, workers that drain, devices under quarantine.</param>
internal sealed record RunStatus(
    long RunId, string State, int Priority, long Cells, long Done, double EstimatedSeconds, double DoneSeconds, double ElapsedSeconds, double? SecondsLeft,
    IReadOnlyDictionary<string, long> Outcomes, IReadOnlyList<DeviceAtWork> Working, IReadOnlyList<string> Notes)
{
    public static RunStatus Of(RunProgress p, RunRecord run, double? left, IReadOnlyList<string> notes) => new(
        p.RunId, p.State, run.Priority, p.Cells, p.Done, p.EstimatedSeconds, p.DoneSeconds, p.ElapsedSeconds, left, p.Outcomes, p.Working, notes);
}
