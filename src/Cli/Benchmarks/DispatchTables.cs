using AttnSweep.Cli.Display;
using Spectre.Console;

namespace AttnSweep.Cli.Benchmarks;

/// <summary>Figures beside their goals, for two cores.</summary>
internal static class DispatchTables
{
    public static void Write(IAnsiConsole console, DispatchFigures figures)
    {
        console.WriteLine(Units.Text($"{figures.Workers} workers with {figures.DevicesPerWorker} devices each that measure nothing, {figures.Cores} cores, every grant and result durable"));
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in (string[])["", "seen", "goal on two cores", "processor time: PostgreSQL + coordinator + workers"])
        {
            table.AddColumn(new TableColumn(name).NoWrap());
        }

        if (figures.Dispatch is { } dispatch)
        {
            Add(table, "empty shards", Units.Text($"{dispatch.ShardsPerSecond:0} /s"), ">= 5000 /s", PerShard(dispatch));
        }

        if (figures.Rows is { } rows)
        {
            Add(table, "result rows through the gate", Units.Text($"{rows.ResultRowsPerSecond:0} /s"), ">= 60000 /s", PerCell(rows));
        }

        if (figures.Idle is { } idle)
        {
            Add(table, "idle devices at one-second shards", Units.Text($"{100 * idle.IdleShare:0.00} %"), "<= 1 %", PerShard(idle));
        }

        if (figures.CoordinatorBytes is { } bytes)
        {
            Add(table, "coordinator with a million cells queued", Units.Text($"{bytes / 1e6:0} MB"), "< 200 MB", "");
        }

        foreach (var scale in figures.Scales)
        {
            Add(table, $"cost of a cell, {scale.Name}", Units.Text($"{scale.MicrosecondsPerCell:0.0} us"), "flat within 20 %", PerCell(scale));
        }

        console.Write(table);
    }

    private static void Add(Table table, string what, string seen, string goal, string cpu) => table.AddRow(what, seen, goal, cpu);

    private static string PerShard(FabricRun run) => Per(run, run.Shards, "shard");

    private static string PerCell(FabricRun run) => Per(run, run.Results, "cell");

    private static string Per(FabricRun run, long count, string unit) => Units.Text(
        $"{run.Cpu.Postgres / count * 1e6:0.0} + {run.Cpu.Coordinator / count * 1e6:0.0} + {run.Cpu.Workers / count * 1e6:0.0} us a {unit}");
}
