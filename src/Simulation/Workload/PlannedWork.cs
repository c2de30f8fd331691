using AttnSweep.Catalogue;
using AttnSweep.Scheduling;
using AttnSweep.Scheduling.Costs;
using AttnSweep.Sweeps;

namespace AttnSweep.Simulation.Workload;

/// <summary>All runs planned by the real planner, in the few bytes per cell that a million of them allow.</summary>
internal sealed class PlannedWork
{
    private readonly List<float> _estimated = [];
    private readonly List<float> _real = [];

    public List<ShardPlan> Shards { get; } = [];

    public IReadOnlyList<SimulatedRun> Runs { get; }

    /// <summary>Cells of each run.</summary>
    public List<int> CellsOf { get; } = [];

    public int Cells => _estimated.Count;

    public PlannedWork(SimulationOptions options)
    {
        Runs = SimulatedSweeps.All(options.Cells);
        var truth = new TruthModel(options.Seed);
        var random = new Random(options.Seed + 1);
        for (var run = 0; run < Runs.Count; run++)
        {
            var sweep = Runs[run].Sweep;
            var estimate = new CostEstimate { Model = options.Cold ? CostModel.Empty : CostModel.Of(truth.History(sweep, 60)) };
            Add(run, sweep, Plan(sweep, estimate, options.Nodes), truth, random);
        }
    }

    /// <summary>Estimated device time of a cell, in seconds.</summary>
    public double Estimated(int cell) => _estimated[cell];

    /// <summary>What it really takes on a device of speed 1.</summary>
    public double Real(int cell) => _real[cell];

    /// <summary>First with the planner's usual shards, to know the whole; then with shards of the size that fits the cluster.</summary>
    private static SweepPlan Plan(Sweep sweep, CostEstimate estimate, int nodes)
    {
        var few = sweep with { Grid = [.. sweep.Grid.Select(g => g.Axes[0] == Axis.Seed ? AxisGroup.Of(Axis.Seed, [1]) : g)] };
        var seeds = sweep.Grid.Single(g => g.Axes[0] == Axis.Seed).Rows.Count;
        var sample = Planner.Plan(few, new PlannerOptions { Cost = estimate }).Plan!;
        var size = ShardSizeRule.Seconds(sample.Seconds * seeds, nodes);
        return Planner.Plan(sweep, new PlannerOptions(ShardSeconds: size) { Cost = estimate }).Plan
            ?? throw new InvalidOperationException($"the sweep {sweep.Name} has no plan");
    }

    private void Add(int run, Sweep sweep, SweepPlan plan, TruthModel truth, Random random)
    {
        var firstCell = Cells;
        var firstInput = Shards.Count == 0 ? 0 : Shards[^1].Input + 1;
        var launches = new Dictionary<(string, int, int, string), double>();
        foreach (var cell in plan.Cells)
        {
            var input = plan.Inputs[cell.Input];
            var key = (cell.Kernel.Variant, input.N, input.D, cell.Backend);
            if (!launches.TryGetValue(key, out var launch))
            {
                launches[key] = launch = truth.Launch(KernelCatalogue.Find(cell.Kernel.Name)!, input, cell.Kernel, cell.Backend);
            }

            _estimated.Add((float)cell.Seconds);
            _real.Add((float)(CostEstimate.Trials(launch, sweep.Measure) * Math.Exp(TruthModel.Scatter * TruthModel.Gauss(random))));
        }

        foreach (var shard in plan.Shards)
        {
            var cells = 0.0;
            var memory = long.MaxValue;
            for (var c = shard.FirstCell; c < shard.FirstCell + shard.CellCount; c++)
            {
                cells += plan.Cells[c].Seconds;
                memory = Math.Min(memory, plan.Cells[c].MemoryBytes);
            }

            Shards.Add(new ShardPlan(run, firstInput + shard.Input, shard.Backend, firstCell + shard.FirstCell, shard.CellCount, Math.Max(0, shard.Seconds - cells), memory));
        }

        CellsOf.Add(plan.Cells.Count);
    }
}

/// <param name="Overhead">Estimated seconds beside its cells: input, sparsity, dense baseline.</param>
internal sealed record ShardPlan(int Run, int Input, string Backend, int FirstCell, int Count, double Overhead, long LeastMemory);
