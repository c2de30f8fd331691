using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AttnSweep.Cli.Display;
using AttnSweep.Cli.Problems;
using AttnSweep.Kernels.Benchmarks;
using AttnSweep.Sweeps;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

internal static class BenchCommands
{
    public static Command Create() => new("bench", "Benchmarks of AttnSweep itself.") { Kernels() };

    private static Command Kernels()
    {
        var json = CommonOptions.Json();
        var device = new Option<string>("--device") { Description = "As `attnsweep devices` lists it", DefaultValueFactory = _ => "cpu-simd" };
        var sizes = new Option<int[]>("--n") { Description = "Sequence lengths", DefaultValueFactory = _ => [1024, 4096], AllowMultipleArgumentsPerToken = true };
        var dimension = new Option<int>("--d") { Description = "Head dimension", DefaultValueFactory = _ => 64 };
        var threads = new Option<int>("--threads") { Description = "Threads of the cpu-simd device; 0 means one per core", DefaultValueFactory = _ => 1 };
        var seconds = new Option<double>("--seconds") { Description = "Per size", DefaultValueFactory = _ => 3 };
        var command = new Command("kernels", "Times the kernels beside the FMA peak and the dense kernel, interleaved in one run.\nExample: attnsweep bench kernels --n 4096 --d 64 --threads 1")
        {
            device, sizes, dimension, threads, seconds, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var rows = parsed.GetRequiredValue(sizes)
                .SelectMany(n => KernelBenchmark.Run(
                    new BenchmarkOptions(
                        Roster(n), new InputSpec(InputModels.Independent, 1, n, parsed.GetValue(dimension), 1.0, 1, false),
                        parsed.GetRequiredValue(device), parsed.GetValue(threads), parsed.GetValue(seconds)),
                    cancellation))
                .ToList();
            Print(rows, parsed.GetValue(json));
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    private static IReadOnlyList<KernelSpec> Roster(int n) =>
    [
        Spec("threshold", ("epsilon", 4.0 / n)),
        Spec("topk", ("k", Math.Max(1, n / 100))),
        Spec("topk", ("k", Math.Max(1, n / 20))),
        Spec("window", ("width", Math.Max(1, n / 8))),
        Spec("block-topk", ("block", Math.Min(64, n)), ("keep", Math.Max(1, n / 8))),
    ];

    private static KernelSpec Spec(string kernel, params (string Name, double Value)[] parameters) => new(
        kernel, parameters.ToImmutableSortedDictionary(p => p.Name, p => p.Value),
        $"{kernel}({string.Join(',', parameters.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name}={p.Value:G4}")))})");

    private static void Print(IReadOnlyList<BenchmarkRow> rows, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(rows, JsonOutput.Options));
            return;
        }

        var table = Screen.NewTable("kernel", "parameters", "n", "d", "threads", "us", "cpu us", "GFLOP/s", "peak", "share", "vs dense", "runs");
        foreach (var row in rows)
        {
            table.AddRow(
                row.Kernel, Markup.Escape(string.Join(' ', row.Parameters.Select(p => $"{p.Key}={Amounts.Number(p.Value)}"))),
                $"{row.N}", $"{row.D}", $"{row.Threads}", Amounts.Number(row.MedianMicroseconds), Amounts.Number(row.CpuMicroseconds),
                Amounts.Number(row.Gflops), Amounts.Number(row.PeakGflops), row.PeakShare?.ToString("P0", CultureInfo.InvariantCulture) ?? "-",
                $"{Amounts.Number(row.SpeedupVsDense)}x", $"{row.Runs}");
        }

        Screen.Out.Write(table);
    }
}
