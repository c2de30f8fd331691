using System.CommandLine;
using System.Text.Json;
using AttnSweep.Catalogue;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Display;
using AttnSweep.Kernels.Benchmarks;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Sweeps;
using Spectre.Console;

namespace AttnSweep.Cli.Commands;

/// <summary>Kernels side by side in this very process, without a cluster: for people who work on kernels.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions JsonRules = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create(Surroundings around) =>
        new ExampledCommand("bench", "Micro-benchmarks of this program's own parts", "attnsweep bench kernels") { Kernels(around) };

    private static ExampledCommand Kernels(Surroundings around)
    {
        var n = Positive("--n", "Sequence length", 4096);
        var d = Positive("--d", "Head dimension", 64);
        var sigma = new Option<double>("--sigma") { Description = "Standard deviation of the entries of Q and K", DefaultValueFactory = _ => 1 };
        var threads = Positive("--threads", "Threads of cpu-simd", 1);
        var device = new Option<string>("--device") { Description = "Device", DefaultValueFactory = _ => CpuSimdDevice.Id };
        var seconds = new Option<double>("--seconds") { Description = "How long to go on", DefaultValueFactory = _ => 2 };
        var json = SharedOptions.Json("The rows");
        var command = new ExampledCommand("kernels", "Dense flash beside the FMA peak of the same moments", "attnsweep bench kernels --n 4096 --d 64 --threads 1 --json")
        { n, d, sigma, threads, device, seconds, json };
        command.SetAction((parsed, cancellation) =>
        {
            var input = new InputSpec(InputModels.Independent, 1, parsed.GetValue(n), parsed.GetValue(d), parsed.GetValue(sigma), 1, false);
            var rows = KernelBenchmark.Run(
                new BenchmarkOptions([KernelSpec.Plain(KernelCatalogue.DenseBaseline)], input, parsed.GetValue(device)!, parsed.GetValue(threads), parsed.GetValue(seconds)), cancellation);
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(JsonSerializer.Serialize(rows, JsonRules));
            }
            else
            {
                Write(around, rows);
            }

            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    private static Option<int> Positive(string name, string description, int usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        Validators = { v => SharedOptions.Demand(v.GetValueOrDefault<int>() > 0, v, $"{name} is 1 or more") },
    };

    private static void Write(Surroundings around, IReadOnlyList<BenchmarkRow> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("kernel", "n", "d", "threads", "time", "GFLOP/s", "FMA peak", "share", "vs dense", "rounds");
        foreach (var r in rows)
        {
            table.AddRow(
                r.Kernel, Units.Text($"{r.N}"), Units.Text($"{r.D}"), Units.Text($"{r.Threads}"), Units.Duration(r.MedianMicroseconds / 1e6), Units.Number(r.Gflops),
                Units.Number(r.PeakGflops), r.PeakShare is { } share ? Units.Text($"{share:0%}") : "-", Units.Number(r.SpeedupVsDense), Units.Text($"{r.Runs}"));
        }

        around.Console.Write(table);
    }
}
