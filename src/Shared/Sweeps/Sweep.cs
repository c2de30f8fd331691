using AttnSweep.Catalogue;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Sweeps;

/// <summary>A sweep file, read and found to be well formed, but not worked out yet.</summary>
/// <param name="Inputs">What is measured at every point of the axes; at least one.</param>
/// <param name="Grid">Groups of axes that are crossed with each other; empty when every point is included by hand.</param>
/// <param name="Included">Further grids, which constraints and exclusions of whole points leave alone.</param>
/// <param name="Constraints">Points of the grid where one does not hold are dropped.</param>
public sealed record Sweep(
    string Name,
    IReadOnlyList<InputRequest> Inputs,
    IReadOnlyList<AxisGroup> Grid,
    IReadOnlyList<IReadOnlyList<AxisGroup>> Included,
    IReadOnlyList<Expression> Constraints,
    IReadOnlyList<Exclusion> Exclusions,
    IReadOnlyList<KernelRequest> Kernels,
    IReadOnlyList<string> Backends,
    MeasureRules Measure,
    SparsityRules? Sparsity)
{
    /// <summary>Labels that a worker must have.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];
}

/// <summary>One entry of <c>input</c>: a model, its file where it reads one, and the axes that this entry gives values.</summary>
/// <param name="Axes">Groups of one axis; a point that names the axis itself goes before.</param>
public sealed record InputRequest(string Model, InputFile? File, IReadOnlyList<AxisGroup> Axes);

/// <summary>A safetensors file and the digest by which every worker knows that it has the same one.</summary>
public sealed record InputFile(string Path, string Sha256);

/// <summary>Axes that advance together; most groups hold one axis.</summary>
/// <param name="Rows">One value per axis in each row.</param>
public sealed record AxisGroup(IReadOnlyList<Axis> Axes, IReadOnlyList<double[]> Rows)
{
    public static AxisGroup Of(Axis axis, IEnumerable<double> values) => new([axis], [.. values.Select(v => new[] { v })]);
}

/// <summary>Drops what fits every part that is given: whole points, or the cells of one kernel or backend.</summary>
/// <param name="Values">Values of axes that it fits; an axis that is not here always fits.</param>
public sealed record Exclusion(IReadOnlyDictionary<Axis, IReadOnlySet<double>> Values, string? Kernel, string? Backend, Expression? Where)
{
    public bool IsOfPoints => Kernel is null && Backend is null;

    /// <summary>Axes that decide whether it fits.</summary>
    public IEnumerable<Axis> Mentioned => Where is null ? Values.Keys : Values.Keys.Concat(Where.Mentioned);
}

/// <summary>A kernel of the file with its parameters not worked out yet.</summary>
/// <param name="Variant">The label of <see cref="KernelSpec.Variant"/>.</param>
/// <param name="Parameters">In the order of the definition.</param>
public sealed record KernelRequest(KernelDefinition Definition, string Variant, IReadOnlyList<RequestedParameter> Parameters);

/// <summary>A parameter and the formula it comes from.</summary>
public sealed record RequestedParameter(ParameterDefinition Definition, Expression Formula);
