using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.Benchmarks;
using AttnSweep.Cli.CommandLine;

namespace AttnSweep.Cli.Commands;

/// <summary>What the fabric costs: a real cluster whose devices measure nothing, on a server of its own.</summary>
internal static class BenchDispatchCommand
{
    private static readonly JsonSerializerOptions JsonRules = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create(Surroundings around)
    {
        var workers = Positive("--workers", "Worker processes", 4);
        var devices = Positive("--devices", "Devices of each worker", 8);
        var shards = Positive("--shards", "Empty shards to dispatch", 20000);
        var parts = new Option<string[]>("--parts")
        {
            Description = "What to measure, separated by commas (default: all)",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "NAMES",
            Validators = { v => SharedOptions.Demand<string[]>(v, names => SharedOptions.Split(names).All(DispatchBenchmark.Parts.Contains), $"--parts takes {string.Join(", ", DispatchBenchmark.Parts)}") },
        };
        var json = SharedOptions.Json("The figures");
        var command = new ExampledCommand(
            "dispatch", "The cost of granting and recording: a real cluster whose devices measure nothing, on a private server that is removed at the end",
            "attnsweep bench dispatch --workers 4 --shards 20000 --json")
        { workers, devices, shards, parts, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var chosen = SharedOptions.Split(parsed.GetValue(parts));
            var figures = await DispatchBenchmark.RunAsync(
                around, new DispatchRequest(parsed.GetValue(workers), parsed.GetValue(devices), parsed.GetValue(shards), chosen.Count > 0 ? chosen : DispatchBenchmark.Parts), cancellation);
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(JsonSerializer.Serialize(figures, JsonRules));
            }
            else
            {
                DispatchTables.Write(around.Console, figures);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static Option<int> Positive(string name, string description, int usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        Validators = { v => SharedOptions.Demand<int>(v, number => number > 0, $"{name} is 1 or more") },
    };
}
