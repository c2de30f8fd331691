using System.Collections.Immutable;
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
        var n = new Option<int[]>("--n")
        {
            Description = "Sequence lengths",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [4096],
            Validators = { v => SharedOptions.Demand<int[]>(v, lengths => lengths.Length > 0 && lengths.All(length => length >= 16), "--n is 16 or more") },
        };
        var d = Positive("--d", "Head dimension", 64);
        var sigma = new Option<double>("--sigma") { Description = "Standard deviation of the entries of Q and K", DefaultValueFactory = _ => 1 };
        var threads = Positive("--threads", "Threads of cpu-simd", 1);
        var device = new Option<string>("--device") { Description = "Device", DefaultValueFactory = _ => CpuSimdDevice.Id };
        var seconds = new Option<double>("--seconds") { Description = "How long to go on with each n", DefaultValueFactory = _ => 2 };
        var json = SharedOptions.Json("The rows");
        var command = new ExampledCommand("kernels", "The kernels at useful densities beside dense flash and the FMA peak of the same moments", "attnsweep bench kernels --n 1024 4096 --d 64 --threads 1 --json")
        { n, d, sigma, threads, device, seconds, json };
        command.SetAction((parsed, cancellation) =>
        {
            var rows = parsed.GetValue(n)!.SelectMany(length => KernelBenchmark.Run(
                new BenchmarkOptions(
                    Roster(length), new InputSpec(InputModels.Independent, 1, length, parsed.GetValue(d), parsed.GetValue(sigma), 1, false),
                    parsed.GetValue(device)!, parsed.GetValue(threads), parsed.GetValue(seconds)),
                cancellation)).ToList();
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

    /// <summary>Every sparse kernel at densities where it is of use: what is kept is 1 %, 5 % or an eighth of the keys.</summary>
    internal static IReadOnlyList<KernelSpec> Roster(int n) =>
    [
        KernelSpec.Plain(KernelCatalogue.DenseBaseline),
        Kernel("threshold", ("epsilon", 1.0 / n)),
        Kernel("topk", ("k", Math.Max(1, n / 100))),
        Kernel("topk", ("k", Math.Max(1, n / 20))),
        Kernel("window", ("width", n / 8)),
        Kernel("block-topk", ("block", Math.Min(64, n)), ("keep", Math.Max(Math.Min(64, n), n / 8))),
    ];

    private static KernelSpec Kernel(string name, params (string Name, double Value)[] parameters) => new(
        name, parameters.ToImmutableSortedDictionary(p => p.Name, p => p.Value), $"{name}({string.Join(", ", parameters.Select(p => Units.Text($"{p.Name}={p.Value}")))})");

    private static Option<int> Positive(string name, string description, int usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        Validators = { v => SharedOptions.Demand<int>(v, number => number > 0, $"{name} is 1 or more") },
    };

    private static void Write(Surroundings around, IReadOnlyList<BenchmarkRow> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("kernel", "parameters", "n", "d", "threads", "time", "GFLOP/s", "FMA peak", "share", "vs dense", "rounds");
        foreach (var r in rows)
        {
            table.AddRow(
                r.Kernel, string.Join(' ', r.Parameters.Select(p => Units.Text($"{p.Key}={Units.Number(p.Value)}"))), Units.Text($"{r.N}"), Units.Text($"{r.D}"), Units.Text($"{r.Threads}"), Units.Text($"{Units.Number(r.MedianMicroseconds)} us"), Units.Number(r.Gflops),
                Units.Number(r.PeakGflops), r.PeakShare is { } share ? Units.Text($"{share:0%}") : "-", Units.Number(r.SpeedupVsDense), Units.Text($"{r.Runs}"));
        }

        around.Console.Write(table);
    }
}
