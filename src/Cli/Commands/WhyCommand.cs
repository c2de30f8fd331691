using System.CommandLine;
using System.Text.Json;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.PrivateServer;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Scheduling;

namespace AttnSweep.Cli.Commands;

/// <summary>The story of one cell.</summary>
internal static class WhyCommand
{
    private static readonly JsonSerializerOptions JsonRules = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create(Surroundings around)
    {
        var cell = new Argument<long>("CELL") { Description = "Number of a cell (cell_id in v_cells and in `results --cells`)" };
        var json = SharedOptions.Json("The story");
        var database = SharedOptions.Database();
        var command = new ExampledCommand("why", "Tells what happened to a cell: every attempt, by whom, how it ended, the last lines that the runner wrote", "attnsweep why 1234") { cell, json, database };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var access = await DatabaseAccess.OpenAsync(around, parsed.GetValue(database), cancellation);
            await using var store = new Database(access.ConnectionString, DatabaseRole.Reader);
            var story = await new SchedulingStore(store).StoryAsync(parsed.GetValue(cell), cancellation)
                ?? throw new AskedWronglyException(Units.Text($"there is no cell {parsed.GetValue(cell)}; `attnsweep results RUN --cells` lists them"));
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(JsonSerializer.Serialize(story, JsonRules));
            }
            else
            {
                foreach (var line in Lines(story))
                {
                    around.Out.WriteLine(line);
                }
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Pure.</summary>
    internal static IEnumerable<string> Lines(CellStory story)
    {
        var f = story.Facts;
        yield return Units.Text($"cell {f.CellId} of run {f.RunId}: {f.Variant} on {f.Backend}, n={f.N} d={f.D} sigma={f.Sigma} seed={f.Seed}, needs {Units.Bytes(f.MemoryBytes)}");
        yield return f.Outcome is { } outcome
            ? $"outcome {outcome}{(f.Detail is { } detail ? $": {detail}" : "")}"
            : Units.Text($"no result yet; its shard {f.ShardId} is {f.ShardState}{(f.Failures > 0 ? $", and it has ended its runner {Units.Count(f.Failures, "time")}" : "")}");
        if (story.Attempts.Count == 0)
        {
            yield return "it was never granted";
        }

        foreach (var a in story.Attempts)
        {
            var took = a.EndedAt is { } end ? $" after {Units.Duration((end - a.GrantedAt).TotalSeconds)}" : "";
            var part = a.BlamedCell == f.CellId ? ", on this cell" : a.BlamedCell is { } other ? Units.Text($", on cell {other} of the same shard") : "";
            yield return Units.Text($"attempt {a.Attempt}: {a.Worker}, {a.Device}, {a.GrantedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; {(a.Ending is null ? "in progress" : a.Ending + took + part)}{(a.Attempt == f.ResultAttempt ? "; brought the result" : "")}");
            foreach (var line in (a.Detail ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                yield return $"    {line}";
            }
        }
    }
}
