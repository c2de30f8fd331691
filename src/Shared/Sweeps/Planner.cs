using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Sweeps;

/// <summary>
/// Works a sweep out into inputs, cells and shards. Pure. Order is that of the file: points with seed running fastest, then
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
                problems.Whole($"more than {options.MaxCells} cells", "would be fewer values on an axis, or several sweeps");
                break;
            }

            Append(shape, inputs.Count, inputs, shards, cells, shapes.Input(point));
        }

        if (problems.None && cells.Count == 0)
            problems.Whole("a sweep without cells", "at least one point of the axes would pass the constraints and exclusions");
        return problems.None
            ? new PlanResult(new SweepPlan(sweep.Name, inputs, shards, cells, sweep.Measure, sweep.Sparsity), [])
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
        var byHand = sweep.Included.SelectMany(grid => Grid(grid, options, problems));
        foreach (var point in Grid(sweep.Grid, options, problems).Where(p => Passes(sweep, p, problems)).Concat(byHand))
        {
            if (seen.Add(point))
                points.Add(point);
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

    /// <summary>The cross product of the groups, the first one running slowest.</summary>
    private static IEnumerable<AxisPoint> Grid(IReadOnlyList<AxisGroup> groups, PlannerOptions options, ProblemList problems)
    {
        if (groups.Count == 0)
            yield break;
        var size = groups.Aggregate(1.0, (product, group) => product * group.Rows.Count);
        if (size > options.MaxCells)
        {
            problems.Whole($"axes with {size:0} points", $"would be at most {options.MaxCells} before constraints");
            yield break;
        }

        var ordered = groups.OrderBy(g => g.Axes.Min()).ToArray();
        var at = new int[ordered.Length];
        while (true)
        {
            yield return Point(ordered, at);
            var turn = ordered.Length - 1;
            while (turn >= 0 && ++at[turn] == ordered[turn].Rows.Count)
                at[turn--] = 0;
            if (turn < 0)
                yield break;
        }
    }

    private static AxisPoint Point(AxisGroup[] groups, int[] at)
    {
        Span<double> values = stackalloc double[6];
        for (var g = 0; g < groups.Length; g++)
        {
            for (var a = 0; a < groups[g].Axes.Count; a++)
                values[(int)groups[g].Axes[a]] = groups[g].Rows[at[g]][a];
        }

        return new AxisPoint(
            (int)values[(int)Axis.N], (int)values[(int)Axis.D], values[(int)Axis.Sigma],
            (int)values[(int)Axis.Heads], values[(int)Axis.Causal] != 0, (long)values[(int)Axis.Seed]);
    }
}

/// <summary>Problems met while planning; a formula that failed once is not asked again, so it is reported once.</summary>
internal sealed class ProblemList
{
    private readonly List<PlanProblem> _problems = [];
    private readonly HashSet<Expression> _failed = [];

    public IReadOnlyList<PlanProblem> All => _problems;

    public bool None => _problems.Count == 0;

    public void Whole(string found, string expected)
    {
        var problem = new PlanProblem(null, new ExpressionMistake(0, found, expected));
        if (!_problems.Contains(problem))
            _problems.Add(problem);
    }

    public void Of(Expression formula, ExpressionMistake mistake)
    {
        if (_failed.Add(formula))
            _problems.Add(new PlanProblem(formula, mistake));
    }

    public bool Holds(Expression condition, in AxisPoint point, bool otherwise)
    {
        if (_failed.Count > 0 && _failed.Contains(condition))
            return otherwise;
        if (condition.Holds(point, out var mistake) is { } holds)
            return holds;
        Of(condition, mistake!);
        return otherwise;
    }
}
