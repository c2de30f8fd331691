using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Measuring.Study;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;
using AttnSweep.Worker.Measuring;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>The measuring method tests itself: how often it cries wolf, and how often it finds one.</summary>
internal static class SelfTestCommand
{
    private static readonly JsonSerializerOptions JsonRules = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static Command Create(Surroundings around)
    {
        var parts = new Option<string>("--only") { Description = "simulated or real (default: both)", HelpName = "PART" };
        parts.AcceptOnlyFromAmong("simulated", "real");
        var presets = new Option<string[]>("--preset") { Description = "quick, standard or careful (default: standard)", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["standard"] };
        presets.AcceptOnlyFromAmong([.. MeasureRules.Presets.Keys]);
        var cells = Number("--cells", "Simulated cells of each comparison", 1000, 40, 100_000);
        var seed = new Option<int>("--seed") { Description = "Of the simulated noise; the same seed gives the same answer", DefaultValueFactory = _ => 1 };
        var realCells = Number("--real-cells", "Cells measured on this machine", 100, 8, 10_000);
        var device = new Option<string>("--device") { Description = "Device of the real part", DefaultValueFactory = _ => CpuSimdDevice.Id };
        var threads = SharedOptions.Threads();
        var json = SharedOptions.Json("Rates with their intervals");
        var command = new ExampledCommand(
            "selftest", "Tests the measuring method: the same code twice, and slowdowns of known size; exit code 1 when a promise of docs/measuring.md is not kept",
            "attnsweep selftest\nattnsweep selftest --only simulated --preset quick standard careful\nattnsweep selftest --only real --real-cells 200 --json")
        { parts, presets, cells, seed, realCells, device, threads, json };
        command.SetAction((parsed, cancellation) =>
        {
            var rules = parsed.GetValue(presets)!.Distinct().Select(name => MeasureRules.Presets[name]).ToList();
            var rows = new List<StudyRow>();
            if (parsed.GetValue(parts) != "real")
            {
                rows.AddRange(SimulatedStudy.Run(
                    new StudyOptions(rules, Enum.GetValues<NoiseShape>(), parsed.GetValue(cells), Seed: parsed.GetValue(seed)), cancellation));
            }

            if (parsed.GetValue(parts) != "simulated")
            {
                rows.AddRange(rules.Select(preset => RealStudy.Run(
                    new RealStudyOptions(parsed.GetValue(device)!, parsed.GetValue(threads), preset, parsed.GetValue(realCells), SimulatedStudy.Slowdowns),
                    done => around.Error.WriteLine(FormattableString.Invariant($"selftest: {preset.Preset}, {done} of {parsed.GetValue(realCells)} cells measured")),
                    cancellation)));
            }

            var broken = rows.SelectMany(row => (row.Shape is null ? StudyBounds.Real : StudyBounds.Simulated(row.Preset)).Broken(row)).ToList();
            Write(around, rows, broken, parsed.GetValue(json));
            return Task.FromResult(broken.Count == 0 ? ExitCodes.Ok : ExitCodes.BadNews);
        });
        return command;
    }

    private static void Write(Surroundings around, IReadOnlyList<StudyRow> rows, List<string> broken, bool json)
    {
        if (json)
        {
            around.Out.WriteLine(JsonSerializer.Serialize(new { Kept = broken.Count == 0, Broken = broken, Rows = rows }, JsonRules));
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("preset", "noise", "cells", "false verdicts", "AMBIGUOUS");
        foreach (var slowdown in SimulatedStudy.Slowdowns)
        {
            table.AddColumn(FormattableString.Invariant($"+{slowdown * 100:0.#} % found"));
        }

        table.AddColumn("false beside them");
        foreach (var row in rows)
        {
            var beside = new Rate(row.Found.Sum(f => f.FalseBesides.Count), row.Found.Sum(f => f.FalseBesides.Of));
            table.AddRow([
                row.Preset, row.Shape?.Name() ?? "real", FormattableString.Invariant($"{row.FalseVerdicts.Of}"), Percent(row.FalseVerdicts), Percent(row.Ambiguous),
                .. row.Found.Select(f => Percent(f.Found)), Percent(beside)]);
        }

        around.Console.Write(table);
        around.Out.WriteLine("Shares of cells with their 95 % intervals (Clopper-Pearson).");
        foreach (var line in broken)
        {
            around.Out.WriteLine($"not kept: {line}");
        }

        around.Out.WriteLine(broken.Count == 0 ? "Every promise of docs/measuring.md was kept." : "A promise of docs/measuring.md was not kept.");
    }

    private static string Percent(Rate rate) => FormattableString.Invariant($"{rate.Share * 100:0.##}% ({rate.Low * 100:0.##}..{rate.High * 100:0.##})");

    private static Option<int> Number(string name, string description, int usual, int least, int most) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        Validators = { v => SharedOptions.Demand<int>(v, value => value >= least && value <= most, FormattableString.Invariant($"{name} is between {least} and {most}")) },
    };
}
