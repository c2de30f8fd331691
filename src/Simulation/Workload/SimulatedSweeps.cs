using System.Collections.Immutable;
using AttnSweep.Catalogue;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Simulation.Workload;

/// <summary>The runs of the simulated cluster: sweeps as people write them, with as many seeds as the wanted number of cells needs.</summary>
internal static class SimulatedSweeps
{
    /// <summary>
    /// Four runs: two of one priority from the beginning, an urgent one of few cells, and one of the first priority that comes later.
    /// </summary>
    public static IReadOnlyList<SimulatedRun> All(int cells) =>
    [
        new("grid", 0, 0, [], Of("grid", [256, 512, 1024, 2048, 4096, 8192, 16384], [64, 128], cells * 0.5, Topk("n/16"), Topk("n/8"), Window("n/8"), Plain("flash"))),
        new("long", 0, 0, [], Of("long", [4096, 8192, 16384], [64, 128], cells * 0.2, Topk("n/32"), Window("256"), Plain("flash"))),
        new("urgent", 5, 0.02, ["fast-disk"], Of("urgent", [256, 1024], [64], cells * 0.05, Topk("n/16"), Plain("flash"))),
        new("short", 0, 0.04, [], Of("short", [128, 256, 512, 1024], [32, 64], cells * 0.25, Topk("n/4"), Window("64"), Window("n/2"), Plain("flash"))),
    ];

    public static KernelSpec Resolve(KernelRequest request, InputSpec input)
    {
        var point = new AxisPoint(input.N, input.D, input.Sigma, input.Heads, input.Causal, input.Seed);
        return new KernelSpec(
            request.Definition.Name,
            request.Parameters.ToImmutableSortedDictionary(p => p.Definition.Name, p => Math.Clamp(Math.Ceiling(p.Formula.Value(point, out _) ?? 1), 1, input.N)),
            request.Variant);
    }

    private static Sweep Of(string name, double[] n, double[] d, double cells, params KernelRequest[] kernels)
    {
        string[] backends = [Backends.CpuSimd, Backends.Cuda];
        var perSeed = n.Length * d.Length * kernels.Length * backends.Length;
        var seeds = (int)Math.Max(1, Math.Round(cells / perSeed));
        return new Sweep(
            name, [new InputRequest(InputModels.Independent, null, [])],
            [
                AxisGroup.Of(Axis.N, n), AxisGroup.Of(Axis.D, d), AxisGroup.Of(Axis.Sigma, [1]), AxisGroup.Of(Axis.Heads, [1]),
                AxisGroup.Of(Axis.Causal, [0]), AxisGroup.Of(Axis.Seed, Enumerable.Range(1, seeds).Select(seed => (double)seed)),
            ],
            [], [], [], kernels, backends, MeasureRules.Standard, new SparsityRules(64));
    }

    private static KernelRequest Plain(string name) => new(KernelCatalogue.Find(name)!, name, []);

    private static KernelRequest Topk(string formula) => With("topk", "k", formula);

    private static KernelRequest Window(string formula) => With("window", "width", formula);

    private static KernelRequest With(string name, string parameter, string formula)
    {
        var definition = KernelCatalogue.Find(name)!;
        return new KernelRequest(
            definition, $"{name}({parameter}={formula})",
            [new RequestedParameter(definition.Parameters.Single(p => p.Name == parameter), Expression.ReadNumber(formula, axes: true, out _)!)]);
    }
}

/// <param name="SubmittedAt">As a share of the lower bound.</param>
/// <param name="Requires">Labels that its workers must have.</param>
internal sealed record SimulatedRun(string Name, int Priority, double SubmittedAt, ImmutableSortedSet<string> Requires, Sweep Sweep);
