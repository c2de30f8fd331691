using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;
using static AttnSweep.Shared.Tests.Sweeps.SweepBuilder;

namespace AttnSweep.Shared.Tests.Sweeps;

public sealed class PlannerTests
{
    private static readonly Sweep Mixed = Grid([16, 512, 4096], [16, 64], [1, 2], [1, 2, 3],
        [Kernel("flash"), .. Enumerable.Range(1, 90).Select(k => Kernel("topk", ("k", $"n/{k}"))), Kernel("window", ("width", "n/8"))])
        with
    { Backends = [Backends.CpuSimd, Backends.OpenCl] };

    public static TheoryData<double> ShardSeconds => [0.001, 5, 1e9];

    [Theory, MemberData(nameof(ShardSeconds))]
    public void Every_cell_is_in_exactly_one_shard(double seconds)
    {
        var plan = Plan(Mixed, new PlannerOptions(seconds));
        var next = 0;
        foreach (var shard in plan.Shards)
        {
            Assert.Equal(next, shard.FirstCell);
            Assert.InRange(shard.CellCount, 1, PlannedShard.MaxCells);
            next += shard.CellCount;
        }

        Assert.Equal(plan.Cells.Count, next);
        Assert.Equal(3 * 2 * 2 * 3 * 92 * 2, plan.Cells.Count);
    }

    [Theory, MemberData(nameof(ShardSeconds))]
    public void The_cells_of_a_shard_share_input_and_backend(double seconds)
    {
        var plan = Plan(Mixed, new PlannerOptions(seconds));

        Assert.All(plan.Shards, shard => Assert.All(CellsOf(plan, shard), cell => Assert.Equal((shard.Input, shard.Backend), (cell.Input, cell.Backend))));
    }

    [Theory, MemberData(nameof(ShardSeconds))]
    public void One_shard_of_each_input_measures_sparsity(double seconds)
    {
        var plan = Plan(Mixed, new PlannerOptions(seconds));

        Assert.Equal(Enumerable.Range(0, plan.Inputs.Count), plan.Shards.Where(s => s.MeasuresSparsity).Select(s => s.Input));
        Assert.DoesNotContain(Plan(Mixed with { Sparsity = null }).Shards, s => s.MeasuresSparsity);
    }

    [Fact]
    public void Inputs_are_distinct_and_used()
    {
        var plan = Plan(Mixed);

        Assert.Equal(plan.Inputs.Count, plan.Inputs.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, plan.Inputs.Count), plan.Shards.Select(s => s.Input).Distinct());
    }

    [Fact]
    public void The_same_sweep_gives_the_same_plan()
    {
        var (one, other) = (Plan(Mixed), Plan(Mixed));

        Assert.Equal(one.Inputs, other.Inputs);
        Assert.Equal(one.Shards, other.Shards);
        Assert.Equal(one.Cells, other.Cells);
    }

    [Fact]
    public void Shards_keep_to_their_time_unless_one_cell_alone_exceeds_it()
    {
        var options = new PlannerOptions(ShardSeconds: 2, CellsPerBaseline: 0);
        var plan = Plan(Mixed, options);

        Assert.Contains(plan.Shards, s => s.CellCount > 1);
        Assert.All(plan.Shards.Where(s => s.CellCount > 1), s => Assert.True(CellsOf(plan, s).Sum(c => c.Seconds) <= 2));
    }

    [Fact]
    public void The_baseline_is_no_large_part_of_a_shard_that_could_hold_more()
    {
        var slow = Grid([16384], [64], [1], [1], [.. Enumerable.Range(1, 12).Select(k => Kernel("topk", ("k", $"n/{k}")))]) with { Measure = MeasureRules.Standard };
        var plan = Plan(slow);

        Assert.True(plan.Cells.All(c => c.Seconds > 5));
        Assert.True(plan.Seconds < 1.5 * plan.Cells.Sum(c => c.Seconds), "half of the machine would go to the baseline");
    }

    [Theory]
    [InlineData("n/16", 16, 1)]
    [InlineData("n/16", 40, 3)]      // 2.5
    [InlineData("0.07 * n", 100, 7)] // 7.000000000000001
    [InlineData("n/100", 16, 1)]     // 0.16
    [InlineData("n - n", 16, 1)]
    [InlineData("2 * n", 16, 16)]
    public void Counts_are_rounded_up_and_kept_within_the_row(string formula, int n, int expected) =>
        Assert.Equal(expected, Plan(Grid([n], [8], [1], [1], Kernel("topk", ("k", formula)))).Cells.Single().Kernel.Count("k"));

    [Theory]
    [InlineData("0", "1", 0, 1)]
    [InlineData("n / 3", "5000", 6, 5000)] // n is no limit to the length below which hyper is exact
    public void Counts_that_may_be_none_and_counts_that_n_does_not_limit_stay(string sinks, string minimum, int expectedSinks, int expectedMinimum)
    {
        var cells = Plan(Grid([16], [8], [1], [1], Kernel("sink-window", ("sinks", sinks), ("width", "4")),
            Kernel("hyper", ("bits", "7"), ("block", "64"), ("samples", "4"), ("minimum", minimum)))).Cells;
        Assert.Equal(expectedSinks, cells[0].Kernel.Count("sinks"));
        Assert.Equal(expectedMinimum, cells[1].Kernel.Count("minimum"));
        Assert.Equal((7, 16), (cells[1].Kernel.Count("bits"), cells[1].Kernel.Count("block")));
    }

    [Fact]
    public void Other_parameters_are_left_as_they_are() =>
        Assert.Equal(0.25 / 16, Plan(Grid([16], [8], [1], [1], Kernel("threshold", ("epsilon", "0.25/n")))).Cells.Single().Kernel["epsilon"]);

    [Fact]
    public void Variants_that_come_to_the_same_number_stay_two_cells()
    {
        var plan = Plan(Grid([1024, 2048], [8], [1], [1], Kernel("topk", ("k", "n/16")), Kernel("topk", ("k", "64"))));

        Assert.Equal([64, 64, 128, 64], plan.Cells.Select(c => c.Kernel.Count("k")));
        Assert.Equal(4, plan.Cells.Select(c => (c.Input, c.Kernel)).Distinct().Count());
    }

    [Fact]
    public void A_parameter_may_depend_on_the_seed() =>
        Assert.Equal([1, 2, 3], Plan(Grid([16], [8], [1], [1, 2, 3], Kernel("topk", ("k", "seed")))).Cells.Select(c => c.Kernel.Count("k")));

    [Fact]
    public void Cost_rises_with_n_and_falls_with_sparsity()
    {
        var plan = Plan(Grid([4096, 8192], [64], [1], [1], Kernel("flash"), Kernel("window", ("width", "64"))));
        var (flash, window, larger) = (plan.Cells[0].Seconds, plan.Cells[1].Seconds, plan.Cells[2].Seconds);

        Assert.True(window < flash && flash < larger);
        Assert.Equal(plan.Shards.Sum(s => s.Seconds), plan.Seconds, 1e-9);
        Assert.True(plan.Seconds >= plan.Cells.Sum(c => c.Seconds));
    }

    [Fact]
    public void Memory_is_that_of_the_largest_cell() =>
        Assert.Equal(
            4L * 4 * 4096 * 64 + 4L * 4096 * 4096,
            Plan(Grid([256, 4096], [64], [1], [1], Kernel("flash"), Kernel("naive")) with { Backends = [Backends.OpenCl] }).MemoryBytes);

    [Fact]
    public void A_million_cells_share_their_kernels()
    {
        var seeds = Enumerable.Range(1, 250_000).Select(s => (double)s).ToArray();
        var plan = Plan(Grid([256, 512], [32], [1], seeds, Kernel("flash"), Kernel("topk", ("k", "n/8"))));

        Assert.Equal((500_000, 500_000, 1_000_000), (plan.Inputs.Count, plan.Shards.Count, plan.Cells.Count));
        Assert.Equal(4, plan.Cells.Select(c => c.Kernel).Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public void Too_many_cells_are_a_problem_of_the_axes_not_of_the_memory()
    {
        var result = Planner.Plan(Mixed, new PlannerOptions(MaxCells: 1000));

        Assert.Null(result.Plan);
        Assert.Equal(PlanSubject.Axes, Assert.Single(result.Problems).Subject);
    }

    [Fact]
    public void A_formula_that_fails_is_one_problem_and_others_are_still_found()
    {
        var sweep = Grid([16, 32], [8], [1], [1, 2], Kernel("topk", ("k", "n/0")), Kernel("window", ("width", "ln(0)")));
        var condition = Expression.ReadCondition("1/0 > 1", out _)!;
        var result = Planner.Plan(sweep with { Constraints = [condition] });

        Assert.Null(result.Plan);
        Assert.Equal(["1/0 > 1", "n/0", "ln(0)"], result.Problems.Select(p => p.Formula?.Text));
    }

    private static IEnumerable<PlannedCell> CellsOf(SweepPlan plan, PlannedShard shard) => plan.Cells.Skip(shard.FirstCell).Take(shard.CellCount);

    private static SweepPlan Plan(Sweep sweep, PlannerOptions? options = null)
    {
        var result = Planner.Plan(sweep, options);
        Assert.Empty(result.Problems);
        return result.Plan!;
    }
}
