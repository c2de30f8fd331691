using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Simulation;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>The scheduler on a cluster that does not exist.</summary>
internal static class SimulateCommand
{
    private static readonly JsonSerializerOptions JsonRules = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create(Surroundings around)
    {
        var nodes = new Option<int>("--nodes")
        {
            Description = "Machines, with one device each",
            DefaultValueFactory = _ => 100,
            Validators = { v => SharedOptions.Demand<int>(v, n => n is >= 2 and <= 10_000, "--nodes is between 2 and 10000") },
        };
        var cells = new Option<int>("--cells")
        {
            Description = "About how many cells the runs have together",
            DefaultValueFactory = _ => 100_000,
            Validators = { v => SharedOptions.Demand<int>(v, n => n is >= 1000 and <= 10_000_000, "--cells is between 1000 and 10000000") },
        };
        var seed = new Option<int>("--seed")
        {
            Description = "What chance decides follows from it",
            DefaultValueFactory = _ => 1,
            Validators = { v => SharedOptions.Demand<int>(v, s => s >= 0, "--seed is 0 or more") },
        };
        var cold = new Option<bool>("--cold") { Description = "Nothing was measured before: costs by FLOP counts alone" };
        var noFaults = new Option<bool>("--no-faults") { Description = "Nothing dies, nothing is lost" };
        var json = SharedOptions.Json("The report");
        var command = new ExampledCommand(
            "simulate", "Runs the scheduler on a simulated cluster with a virtual clock, and shows how good it is",
            "attnsweep simulate --nodes 1000 --cells 1000000 --seed 1")
        { nodes, cells, seed, cold, noFaults, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new SimulationOptions(parsed.GetValue(nodes), parsed.GetValue(cells), parsed.GetValue(seed))
            {
                Faults = !parsed.GetValue(noFaults),
                Cold = parsed.GetValue(cold),
            };
            var started = around.Time.GetTimestamp();
            var report = await Task.Run(() => ClusterSimulation.Run(options, null, cancellation), cancellation);
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(JsonSerializer.Serialize(report, JsonRules));
            }
            else
            {
                Write(around, report, around.Time.GetElapsedTime(started).TotalSeconds);
            }

            return report.Lost == 0 && report.Duplicated == 0 ? ExitCodes.Ok : ExitCodes.BadNews;
        });
        return command;
    }

    private static void Write(Surroundings around, SimulationReport r, double seconds)
    {
        around.Out.WriteLine(Units.Text($"{r.Cells} cells in {r.Shards} shards on {r.Nodes} nodes, seed {r.Seed}; simulated in {Units.Duration(seconds)}"));
        around.Out.WriteLine(Units.Text($"makespan {Units.Duration(r.MakespanSeconds)}, {100 * (r.Ratio - 1):0.0} % above the lower bound of {Units.Duration(r.LowerBoundSeconds)}"));
        around.Out.WriteLine(Units.Text($"waste {100 * r.WasteShare:0.00} % of the device time, idle {100 * r.IdleShare:0.00} %, fairness {r.Fairness:0.000} (1 is equal)"));
        around.Out.WriteLine(Units.Text($"coordinator busy {100 * r.CoordinatorLoad:0.0} %, {r.CoordinatorMessagesPerSecond:0} messages/s, longest wait {Units.Duration(r.CoordinatorQueueSeconds)}"));
        around.Out.WriteLine(Units.Text($"time left, told after 10 % of the cost, was off by {100 * r.EtaErrorShare:0.0} %"));
        around.Out.WriteLine(Units.Text($"{r.Grants} grants, {r.Splits} splits, {r.SecondAttempts} second attempts; {r.NodesLost} nodes lost, {r.Quarantined} under quarantine, {r.Coordinators} coordinators"));
        around.Out.WriteLine(Units.Text($"{r.StaleReports} reports came too late, {r.OldGrantsRefused} grants of an old coordinator were refused; {string.Join(", ", r.Outcomes.Select(o => $"{o.Value} {o.Key}"))}"));
        var table = new Table().Border(TableBorder.Simple).AddColumns("run", "priority", "cells", "submitted", "ended", "device time");
        foreach (var run in r.Runs)
        {
            table.AddRow(run.Name, Units.Text($"{run.Priority}"), Units.Text($"{run.Cells}"), Units.Duration(run.SubmittedAt), Units.Duration(run.EndedAt), Units.Duration(run.DeviceSeconds));
        }

        around.Console.Write(table);
        around.Out.WriteLine(Units.Text($"{r.Lost} lost, {r.Duplicated} duplicated"));
    }
}
