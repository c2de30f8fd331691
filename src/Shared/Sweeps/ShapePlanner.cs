using System.Collections.Immutable;
using AttnSweep.Catalogue;

namespace AttnSweep.Sweeps;

/// <summary>The cells and shards of one input; <c>Input</c> and <c>FirstCell</c> count from 0 here.</summary>
internal sealed record PlannedShape(IReadOnlyList<PlannedCell> Cells, IReadOnlyList<PlannedShard> Shards);

/// <summary>
/// Plans the cells of one input. Most sweeps vary the seed most, and nothing but a formula that names it can depend on it, so
/// the work is done once per shape: that is what lets a million cells be planned within seconds.
/// </summary>
internal sealed class ShapePlanner(Sweep sweep, PlannerOptions options, ProblemList problems)
{
    private readonly bool _kernelsDependOnSeed = sweep.Kernels.Any(k => k.Parameters.Any(p => p.Formula.Mentioned.Contains(Axis.Seed)));
    private readonly bool _exclusionsDependOnSeed = sweep.Exclusions.Any(e => !e.IsOfPoints && e.Mentioned.Contains(Axis.Seed));
    private readonly Exclusion[] _ofCells = [.. sweep.Exclusions.Where(e => !e.IsOfPoints)];
    private readonly Dictionary<AxisPoint, PlannedCell[]> _kernels = [];
    private readonly Dictionary<AxisPoint, PlannedShape> _shapes = [];

    public PlannedShape At(AxisPoint point)
    {
        var key = _kernelsDependOnSeed || _exclusionsDependOnSeed ? point : point with { Seed = 0 };
        if (!_shapes.TryGetValue(key, out var shape))
            _shapes[key] = shape = Shape(point);
        return shape;
    }

    private PlannedShape Shape(AxisPoint point)
    {
        var input = point.Input;
        if (InputRules.WhyNot(input) is { } mistake)
        {
            problems.Of(PlanSubject.Input, mistake.Found, mistake.Expected);
            return new PlannedShape([], []);
        }

        var key = _kernelsDependOnSeed ? point : point with { Seed = 0 };
        if (!_kernels.TryGetValue(key, out var all))
            _kernels[key] = all = Cells(point, input);
        var cells = all.Where(c => !_ofCells.Any(e => Drops(e, c, point))).ToArray();
        var verification = cells.Length == 0 ? 0 : options.Cost.Verification(input, sweep.Measure) / cells.Length;
        for (var i = 0; i < cells.Length; i++)
            cells[i] = cells[i] with { Seconds = cells[i].Seconds + verification };
        return new PlannedShape(cells, Shards(input, cells));
    }

    private bool Drops(Exclusion exclusion, PlannedCell cell, AxisPoint point) =>
        (exclusion.Kernel is null || exclusion.Kernel == cell.Kernel.Name)
        && (exclusion.Backend is null || exclusion.Backend == cell.Backend)
        && Planner.Fits(exclusion, point, problems);

    private PlannedCell[] Cells(AxisPoint point, InputSpec input)
    {
        var specs = sweep.Kernels.Select(k => (k.Definition, Spec: Resolve(k, point))).Where(k => k.Spec is not null).ToArray();
        return
        [
            .. sweep.Backends.SelectMany(backend => specs.Select(k => new PlannedCell(
                0, k.Spec!, backend,
                CostEstimate.Trials(options.Cost.Launch(k.Definition, input, k.Spec!, backend), sweep.Measure),
                k.Definition.MemoryBytesOn(backend, input, k.Spec!)))),
        ];
    }

    /// <summary>Counts are rounded up and kept between their least value and n, so that kernels see valid numbers (docs/kernels.md).</summary>
    private KernelSpec? Resolve(KernelRequest request, AxisPoint point)
    {
        var numbers = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        foreach (var (definition, formula) in request.Parameters)
        {
            if (formula.Value(point, out var mistake) is not { } value)
            {
                problems.Of(formula, mistake!);
                return null;
            }

            if (value < definition.Minimum || (value == definition.Minimum && !definition.IsCount))
            {
                var least = definition.IsCount ? "at least" : "greater than";
                problems.Of(formula, new(0, $"{definition.Name} = {Numbers.Text(value)}{point.Where}", $"would be {least} {Numbers.Text(definition.Minimum)}"));
                return null;
            }

            if (value > definition.Maximum)
            {
                problems.Of(formula, new(0, $"{definition.Name} = {Numbers.Text(value)}{point.Where}", $"would be at most {Numbers.Text(definition.Maximum.Value)}"));
                return null;
            }

            numbers[definition.Name] = definition.IsCount ? Math.Clamp(RoundedUp(value), definition.Least, definition.Maximum ?? point.N) : value;
        }

        return new KernelSpec(request.Definition.Name, numbers.ToImmutable(), request.Variant) { Build = request.Definition.Build };
    }

    /// <summary>0.07 * 100 is 7.000000000000001 in binary, and still means 7.</summary>
    private static double RoundedUp(double value) =>
        Math.Abs(value - Math.Round(value)) <= 1e-9 * Math.Max(1, Math.Abs(value)) ? Math.Round(value) : Math.Ceiling(value);

    private List<PlannedShard> Shards(InputSpec input, PlannedCell[] cells)
    {
        var shards = new List<PlannedShard>();
        for (var first = 0; first < cells.Length;)
        {
            var baseline = Baseline(input, cells[first].Backend);
            var limit = Math.Max(options.ShardSeconds, options.CellsPerBaseline * baseline);
            var (count, seconds) = (1, cells[first].Seconds);
            while (first + count < cells.Length && count < PlannedShard.MaxCells
                && cells[first + count].Backend == cells[first].Backend
                && seconds + cells[first + count].Seconds <= limit)
            {
                seconds += cells[first + count++].Seconds;
            }

            var measures = shards.Count == 0 && sweep.Sparsity is not null;
            seconds += measures ? options.Cost.Sparsity(input, sweep.Sparsity!) : 0;
            seconds += cells.Skip(first).Take(count).Any(c => c.Kernel.Name == KernelCatalogue.DenseBaseline) ? 0 : baseline;
            shards.Add(new PlannedShard(0, cells[first].Backend, first, count, measures, seconds));
            first += count;
        }

        return shards;
    }

    /// <summary>Every shard times the dense baseline beside its cells, unless that is one of them (docs/adr/0006).</summary>
    private double Baseline(InputSpec input, string backend)
    {
        var dense = KernelCatalogue.Find(KernelCatalogue.DenseBaseline)!;
        return CostEstimate.Trials(options.Cost.Launch(dense, input, KernelSpec.Plain(dense.Name), backend), sweep.Measure);
    }
}
