using System.CommandLine;
using System.Text.Json;
using AttnSweep.Catalogue;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Reports;
using AttnSweep.Kernels.Benchmarks;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.Commands;

/// <summary>Kernels side by side in this very process, without a cluster: for people who work on kernels.</summary>
internal static class BenchCommand
{
    private static readonly JsonSerializerOptions JsonRules = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create(Surroundings around) =>
        new ExampledCommand("bench", "Micro-benchmarks of this program's own parts", "attnsweep bench kernels\nattnsweep bench dispatch") { Kernels(around), BenchDispatchCommand.Create(around) };

    private static ExampledCommand Kernels(Surroundings around)
    {
        var n = new Option<int[]>("--n")
        {
            Description = "Sequence lengths",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [4096],
            Validators = { v => SharedOptions.Demand<int[]>(v, lengths => lengths.Length > 0 && lengths.All(length => length >= 16), "--n is 16 or more") },
        };
        var d = new Option<int[]>("--d")
        {
            Description = "Head dimensions",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [64],
            Validators = { v => SharedOptions.Demand<int[]>(v, dimensions => dimensions.Length > 0 && dimensions.All(dimension => dimension > 0), "--d is 1 or more") },
        };
        var sigma = new Option<double>("--sigma") { Description = "Standard deviation of the entries of Q and K", DefaultValueFactory = _ => 1 };
        var threads = Positive("--threads", "Threads of cpu-simd", 1);
        var device = new Option<string>("--device") { Description = "Device", DefaultValueFactory = _ => CpuSimdDevice.Id };
        var seconds = new Option<double>("--seconds") { Description = "How long to go on with each n and d", DefaultValueFactory = _ => 2 };
        var kernels = new Option<string[]>("--kernels")
        {
            Description = "Kernels beside dense flash, separated by commas (default: all)",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "NAMES",
            Validators = { v => SharedOptions.Demand<string[]>(v, names => SharedOptions.Split(names).All(name => KernelCatalogue.Find(name) is not null), $"--kernels takes {string.Join(", ", KernelCatalogue.All.Select(k => k.Name))}") },
        };
        var json = new Option<string?>("--json") { Description = "The rows as JSON: on standard output, or into FILE beside the table", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };
        var command = new ExampledCommand("kernels", "The kernels at useful densities beside dense flash and the FMA peak of the same moments", "attnsweep bench kernels --n 1024 4096 --d 64 128 --threads 1 --json rows.json")
        { n, d, sigma, threads, device, kernels, seconds, json };
        command.SetAction((parsed, cancellation) =>
        {
            var names = SharedOptions.Split(parsed.GetValue(kernels));
            var id = DeviceId(parsed.GetValue(device)!);
            var file = parsed.GetValue(json);
            if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
            {
                throw new AskedWronglyException($"--json {file}: there is no folder {folder}");
            }

            var shapes = parsed.GetValue(n)!.SelectMany(length => parsed.GetValue(d)!, (length, dimension) => (Length: length, Dimension: dimension));
            var rows = shapes.SelectMany(shape =>
            {
                var input = new InputSpec(InputModels.Independent, 1, shape.Length, shape.Dimension, parsed.GetValue(sigma), 1, false);
                return KernelBenchmark.Run(
                    new BenchmarkOptions(BenchmarkRoster.For(input, names), input, id, parsed.GetValue(threads), parsed.GetValue(seconds))
                    {
                        OnUnsupported = (kernel, why) => around.Error.WriteLine($"no row for {kernel.Variant} at n = {shape.Length}, d = {shape.Dimension}: {why}"),
                    },
                    cancellation);
            }).ToList();
            var text = JsonSerializer.Serialize(rows, JsonRules);
            if (parsed.GetResult(json) is not null && file is null)
            {
                around.Out.WriteLine(text);
            }
            else
            {
                BenchmarkTables.Write(around.Console, rows, id);
                if (file is not null)
                {
                    File.WriteAllText(file, text + Environment.NewLine);
                }
            }

            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }

    /// <summary>A device's own name, or the first of a backend's devices.</summary>
    private static string DeviceId(string asked)
    {
        var devices = DeviceCatalogue.Discover(new DeviceOptions(IncludeIlgpuCpu: true));
        return (devices.FirstOrDefault(d => d.Id == asked) ?? devices.FirstOrDefault(d => d.Backend == asked))?.Id ?? asked;
    }

    private static Option<int> Positive(string name, string description, int usual) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        Validators = { v => SharedOptions.Demand<int>(v, number => number > 0, $"{name} is 1 or more") },
    };
}
