using System.Collections.Immutable;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Measuring.Study;
using AttnSweep.Statistics;
using AttnSweep.Sweeps;

namespace AttnSweep.Worker.Measuring;

/// <summary>
/// The method on this machine: every kernel is prepared twice, as if by two builds, and measured as a runner would, trial by trial in
/// random order; beside the second stands the same with a slowdown of known size. Series and comparison are those of runs.
/// </summary>
public static class RealStudy
{
    /// <summary>A quarter of the cells of a comparison are slowed, each cell in one of four comparisons: a change rarely comes to all cells at once.</summary>
    private const int Comparisons = 4;

    /// <summary>Inputs measured together, as cells of one shard are.</summary>
    private const int TogetherInputs = 2;

    /// <param name="told">Told how many cells are done.</param>
    /// <exception cref="DeviceNotFoundException">The device is not here.</exception>
    public static StudyRow Run(RealStudyOptions options, Action<int> told, CancellationToken cancellation)
    {
        using var device = DeviceCatalogue.Open(options.DeviceId, new DeviceOptions(options.Threads, IncludeIlgpuCpu: true));
        return Run(device, options, told, cancellation);
    }

    internal static StudyRow Run(IDevice device, RealStudyOptions options, Action<int> told, CancellationToken cancellation)
    {
        var measured = new List<Measured>();
        foreach (var together in Plan(options.Cells).GroupBy(c => c.Seed / TogetherInputs))
        {
            measured.AddRange(Measure(device, [.. together], options, cancellation));
            told(measured.Count);
        }

        var same = RunComparison.Compare([.. measured.Select(m => (m.Key, (CellSamples?)m.A, (CellSamples?)m.B))], new ComparisonRules());
        return new StudyRow(
            options.Rules.Preset, null, Rate.Where(same, IsChange), Rate.Where(same, c => c.Verdict == CellVerdict.Ambiguous),
            [.. options.Slowdowns.Select((slowdown, s) => Found(slowdown, measured, m => m.Slowed[s]))]);
    }

    /// <summary>Small inputs, so that many cells fit into a minute, of four kinds of kernel at three lengths.</summary>
    internal static IReadOnlyList<StudyCell> Plan(int cells) =>
    [
        .. Enumerable.Range(0, cells).Select(i =>
        {
            var n = (i / 4 % 3) switch { 0 => 128, 1 => 192, _ => 256 };
            var kernel = (i % 4) switch
            {
                0 => KernelSpec.Plain("flash"),
                1 => Kernel("window", ("width", n / 4)),
                2 => Kernel("topk", ("k", n / 8)),
                _ => Kernel("block-topk", ("block", 32), ("keep", n / 4)),
            };
            return new StudyCell(kernel, n, 1 + (i / 4));
        }),
    ];

    private static FoundRate Found(double slowdown, List<Measured> measured, Func<Measured, CellSamples> slowed)
    {
        var compared = Enumerable.Range(0, Comparisons).SelectMany(part => RunComparison
            .Compare([.. measured.Select((m, i) => (m.Key, (CellSamples?)m.A, (CellSamples?)(i % Comparisons == part ? slowed(m) : m.B)))], new ComparisonRules())
            .Select((c, i) => (IsSlowed: i % Comparisons == part, Compared: c))).ToLookup(c => c.IsSlowed, c => c.Compared);
        return new FoundRate(
            slowdown, Rate.Where([.. compared[true]], c => c.Verdict == CellVerdict.Slower), Rate.Where([.. compared[false]], IsChange));
    }

    private static List<Measured> Measure(IDevice device, IReadOnlyList<StudyCell> cells, RealStudyOptions options, CancellationToken cancellation)
    {
        var trials = cells.Select(_ => Enumerable.Range(0, 2 + options.Slowdowns.Count).Select(_ => new List<double[]>()).ToArray()).ToArray();
        for (var trial = 0; trial < options.Rules.Trials; trial++)
        {
            var random = new Random(unchecked((cells[0].Seed * 8191) + trial));
            foreach (var (cell, side, samples) in MeasureTrial(device, cells, options, random, cancellation))
            {
                trials[cell][side].Add(samples);
            }
        }

        return [.. cells.Select((cell, i) => new Measured(
            cell.Key, new CellSamples(trials[i][0]), new CellSamples(trials[i][1]), [.. trials[i].Skip(2).Select(t => new CellSamples(t))]))];
    }

    /// <summary>
    /// Everything is made anew for each trial, in random order: where its memory lies makes one of two equal kernels lastingly faster, which is
    /// noise between processes and must not be the same in all trials of a side.
    /// </summary>
    private static List<(int Cell, int Side, double[] Samples)> MeasureTrial(
        IDevice device, IReadOnlyList<StudyCell> cells, RealStudyOptions options, Random random, CancellationToken cancellation)
    {
        var prepared = new List<IPreparedKernel>();
        try
        {
            var builds = cells.SelectMany((_, i) => new[] { (Cell: i, Side: 0), (Cell: i, Side: 1) }).ToArray();
            random.Shuffle(builds);
            var contenders = new List<(int Cell, int Side, IPreparedKernel Kernel)>();
            foreach (var (cell, side) in builds)
            {
                var input = AttentionInput.Create(new InputSpec(InputModels.Independent, 1, cells[cell].N, 64, 1, cells[cell].Seed, false));
                var kernel = device.Prepare(cells[cell].Kernel, input);
                prepared.Add(kernel);
                contenders.Add((cell, side, kernel));
                contenders.AddRange(options.Slowdowns.Where(_ => side == 1).Select((slowdown, s) => (cell, 2 + s, (IPreparedKernel)new SlowedKernel(kernel, slowdown))));
            }

            var order = contenders.ToArray();
            random.Shuffle(order);
            var series = new List<(int, int, double[])>();
            foreach (var (cell, side, kernel) in order)
            {
                cancellation.ThrowIfCancellationRequested();
                series.Add((cell, side, Series.Take(kernel, options.Rules, new SeriesConditions(device, null, false)).SamplesUs));
            }

            return series;
        }
        finally
        {
            prepared.ForEach(p => p.Dispose());
        }
    }

    private static bool IsChange(CellComparison compared) => compared.Verdict is CellVerdict.Faster or CellVerdict.Slower;

    private static KernelSpec Kernel(string name, params (string Name, double Value)[] parameters) =>
        new(name, parameters.ToImmutableSortedDictionary(p => p.Name, p => p.Value), name);

    private sealed record Measured(string Key, CellSamples A, CellSamples B, IReadOnlyList<CellSamples> Slowed);
}

/// <summary>One kernel on one small input.</summary>
internal sealed record StudyCell(KernelSpec Kernel, int N, int Seed)
{
    public string Key => FormattableString.Invariant($"{Kernel.Name} n={N} seed={Seed}");
}

/// <param name="Threads">Threads of the cpu-simd device; 0 means all cores.</param>
/// <param name="Slowdowns">0.05: 5 % slower.</param>
public sealed record RealStudyOptions(string DeviceId, int Threads, MeasureRules Rules, int Cells, IReadOnlyList<double> Slowdowns);
