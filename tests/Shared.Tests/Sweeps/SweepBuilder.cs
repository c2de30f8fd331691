using AttnSweep.Catalogue;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Shared.Tests.Sweeps;

/// <summary>Sweeps for the planner's tests, without a file.</summary>
internal static class SweepBuilder
{
    public static Sweep Grid(double[] n, double[] d, double[] sigma, double[] seeds, params KernelRequest[] kernels) => new(
        "built", [new InputRequest(InputModels.Independent, null, [])],
        [
            AxisGroup.Of(Axis.N, n), AxisGroup.Of(Axis.D, d), AxisGroup.Of(Axis.Sigma, sigma),
            AxisGroup.Of(Axis.Heads, [1]), AxisGroup.Of(Axis.Causal, [0]), AxisGroup.Of(Axis.Seed, seeds),
        ],
        [], [], [], kernels, [Backends.CpuSimd], MeasureRules.Quick, new SparsityRules(64));

    public static KernelRequest Kernel(string name, params (string Parameter, string Formula)[] parameters)
    {
        var definition = KernelCatalogue.Find(name)!;
        return new KernelRequest(
            definition,
            parameters.Length == 0 ? name : $"{name}({string.Join(",", parameters.Select(p => $"{p.Parameter}={p.Formula}"))})",
            [.. parameters.Select(p => new RequestedParameter(definition.Parameters.Single(x => x.Name == p.Parameter), Expression.ReadNumber(p.Formula, axes: true, out _)!))]);
    }
}
