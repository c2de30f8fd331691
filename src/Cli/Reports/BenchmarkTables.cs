using AttnSweep.Cli.Display;
using AttnSweep.Kernels.Benchmarks;
using Spectre.Console;

namespace AttnSweep.Cli.Reports;

/// <summary>What <c>bench kernels</c> measured, a table per shape; columns that do not fit the width are left to <c>--json</c>.</summary>
internal static class BenchmarkTables
{
    private const int WideEnough = 100;

    public static void Write(IAnsiConsole console, IReadOnlyList<BenchmarkRow> rows, string device)
    {
        foreach (var shape in rows.GroupBy(r => (r.N, r.D, r.Threads)))
        {
            var first = shape.First();
            var peak = first.PeakGflops is { } gflops ? $", FMA peak {Units.Number(gflops)} GFLOP/s" : "";
            console.WriteLine();
            console.WriteLine($"{device}, n = {shape.Key.N}, d = {shape.Key.D}, {Units.Count(shape.Key.Threads, "thread")}{peak}; medians of {first.Runs} interleaved rounds");
            console.Write(Table([.. shape], console.Profile.Width >= WideEnough));
        }

        console.WriteLine("GFLOP/s count the work of dense attention, so a sparse kernel may be above the peak. of limit: speed-up over dense as a share of the FLOP ratio.");
    }

    private static Table Table(IReadOnlyList<BenchmarkRow> rows, bool wide)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("kernel").NoWrap());
        foreach (var name in wide ? ["kept", "time", "GFLOP/s", "of peak", "vs dense", "of limit"] : (string[])["time", "of peak", "vs dense"])
        {
            table.AddColumn(new TableColumn(name).NoWrap().RightAligned());
        }

        foreach (var row in rows)
        {
            string[] cells =
            [
                Name(row), Share(row.KeptShare), Time(row.MedianMicroseconds), Units.Number(row.Gflops), Share(row.PeakShare),
                Units.Text($"{row.SpeedupVsDense:0.00}x"), Share(row.ShareOfFlopRatio),
            ];
            table.AddRow(wide ? cells : [cells[0], cells[2], cells[4], cells[5]]);
        }

        return table;
    }

    private static string Name(BenchmarkRow row) => row.Parameters.Count == 0
        ? row.Kernel
        : $"{row.Kernel}({string.Join(',', row.Parameters.Select(p => Units.Text($"{p.Key}={Units.Number(p.Value)}")))})";

    private static string Time(double microseconds) => microseconds < 1000 ? Units.Text($"{microseconds:0} us") : Units.Text($"{Units.Number(microseconds / 1000)} ms");

    private static string Share(double? share) => share is { } value ? Units.Text($"{100 * value:0.#}%") : "-";
}
