namespace AttnSweep.Sweeps;

/// <summary>
/// Works a sweep out into inputs, cells and shards. Pure. Order is that of the file: inputs, then points with seed running fastest, then
/// backends, then kernels; points included by hand come last. A point that is asked for twice is planned once. Two variants
/// that come to the same numbers on some input (n/16 and 64 at n = 1024) stay two cells: summaries group by variant, and a
/// hole in one would be read as a failure.
/// </summary>
public static class Planner
{
    public static PlanResult Plan(Sweep sweep, PlannerOptions? options = null)
    {
        options ??= new PlannerOptions();
        var problems = new ProblemList();
        var points = Points(sweep, options, problems);
        var shapes = new ShapePlanner(sweep, options, problems);
        var inputs = new List<InputSpec>();
        var shards = new List<PlannedShard>();
        var cells = new List<PlannedCell>();
        foreach (var point in points)
        {
            var shape = shapes.At(point);
            if (shape.Cells.Count == 0)
                continue;
            if (cells.Count + shape.Cells.Count > options.MaxCells)
            {
                problems.Of(PlanSubject.Axes, $"more than {options.MaxCells} cells", "would be fewer values on an axis, or several sweeps");
                break;
            }

            Append(shape, inputs.Count, inputs, shards, cells, point.Input);
        }

        if (problems.None && cells.Count == 0)
            problems.Of(PlanSubject.Filters, "a sweep without cells", "at least one point of the axes would pass the constraints and exclusions");
        return problems.None
            ? new PlanResult(new SweepPlan(sweep.Name, inputs, shards, cells, sweep.Measure, sweep.Sparsity) { Requires = sweep.Requires }, [])
            : new PlanResult(null, problems.All);
    }

    private static void Append(
        PlannedShape shape, int input, List<InputSpec> inputs, List<PlannedShard> shards, List<PlannedCell> cells, InputSpec spec)
    {
        inputs.Add(spec);
        foreach (var shard in shape.Shards)
            shards.Add(shard with { Input = input, FirstCell = shard.FirstCell + cells.Count });
        foreach (var cell in shape.Cells)
            cells.Add(cell with { Input = input });
    }

    private static List<AxisPoint> Points(Sweep sweep, PlannerOptions options, ProblemList problems)
    {
        var seen = new HashSet<AxisPoint>();
        var points = new List<AxisPoint>();
        var grid = sweep.Inputs.SelectMany(input => Grid(input, sweep.Grid, options, problems));
        var byHand = sweep.Included.SelectMany(groups => sweep.Inputs.SelectMany(input => Grid(input, groups, options, problems)));
        foreach (var point in grid.Where(p => Passes(sweep, p, problems)).Concat(byHand))
        {
            var canonical = point.Canonical();
            if (seen.Add(canonical))
                points.Add(canonical);
        }

        return points;
    }

    private static bool Passes(Sweep sweep, AxisPoint point, ProblemList problems)
    {
        foreach (var constraint in sweep.Constraints)
        {
            if (!problems.Holds(constraint, point, otherwise: true))
                return false;
        }

        foreach (var exclusion in sweep.Exclusions)
        {
            if (exclusion.IsOfPoints && Fits(exclusion, point, problems))
                return false;
        }

        return true;
    }

    internal static bool Fits(Exclusion exclusion, AxisPoint point, ProblemList problems)
    {
        foreach (var (axis, values) in exclusion.Values)
        {
            if (!values.Contains(point[axis]))
                return false;
        }

        return exclusion.Where is null || problems.Holds(exclusion.Where, point, otherwise: false);
    }

    /// <summary>The cross product of the groups and of what the input varies itself, the first axis running slowest.</summary>
    private static IEnumerable<AxisPoint> Grid(
        InputRequest input, IReadOnlyList<AxisGroup> axes, PlannerOptions options, ProblemList problems)
    {
        if (axes.Count == 0)
            yield break;
        var named = axes.SelectMany(g => g.Axes).ToHashSet();
        AxisGroup[] groups = [.. axes, .. input.Axes.Where(g => !g.Axes.Any(named.Contains))];
        var size = groups.Aggregate(1.0, (product, group) => product * group.Rows.Count);
        if (size > options.MaxCells)
        {
            problems.Of(PlanSubject.Axes, $"axes with {size:0} points", $"would be at most {options.MaxCells} before constraints");
            yield break;
        }

        var ordered = groups.OrderBy(g => g.Axes.Min()).ToArray();
        var at = new int[ordered.Length];
        var last = InputOptions.None;
        while (true)
        {
            var point = Point(input, ordered, at);
            // Points that differ in seed or n alone share their options: there may be a million of them.
            last = point.Options == last ? last : point.Options;
            yield return point with { Options = last };
            var turn = ordered.Length - 1;
            while (turn >= 0 && ++at[turn] == ordered[turn].Rows.Count)
                at[turn--] = 0;
            if (turn < 0)
                yield break;
        }
    }

    private static AxisPoint Point(InputRequest input, AxisGroup[] groups, int[] at)
    {
        Span<double> values = stackalloc double[AxisNames.ByName.Count];
        for (var axis = 0; axis < values.Length; axis++)
            values[axis] = AxisNames.Usual((Axis)axis);
        for (var g = 0; g < groups.Length; g++)
        {
            for (var a = 0; a < groups[g].Axes.Count; a++)
                values[(int)groups[g].Axes[a]] = groups[g].Rows[at[g]][a];
        }

        return new AxisPoint(
            (int)values[(int)Axis.N], (int)values[(int)Axis.D], values[(int)Axis.Sigma],
            (int)values[(int)Axis.Heads], values[(int)Axis.Causal] != 0, (long)values[(int)Axis.Seed])
        {
            Model = input.Model,
            Options = new InputOptions
            {
                Norm = values[(int)Axis.Norm],
                LayerNorm = values[(int)Axis.LayerNorm] != 0,
                MeanV = values[(int)Axis.MeanV],
                Rho = values[(int)Axis.Rho],
                RhoD = values[(int)Axis.RhoD],
                Nu = values[(int)Axis.Nu],
                Outliers = (int)values[(int)Axis.Outliers],
                OutlierScale = values[(int)Axis.OutlierScale],
                DType = StorageTypes.All[(int)values[(int)Axis.DType]],
                FilePath = input.File?.Path,
                FileSha256 = input.File?.Sha256,
            },
        };
    }
}
