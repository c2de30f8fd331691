using AttnSweep.Catalogue;
using AttnSweep.Kernels.Reference;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Own;

/// <summary>
/// A kernel of a user's own, in an assembly beside the program (docs/own-kernels.md): what a sweep may ask of it, which keys it keeps, and code
/// for at least one device. The class is public and has a constructor without parameters; one object serves the whole process, from
/// several threads, so it holds no state.
/// </summary>
public abstract class OwnKernel : KernelDefinition
{
    /// <summary>Which build this is: assembly, version and the beginning of its SHA-256. Given by the loader.</summary>
    public sealed override string? Build => BuildOfAssembly;

    internal string? BuildOfAssembly { get; set; }

    /// <summary>
    /// The keys that the kernel keeps for one query, in double precision: the truth that its output is held against.
    /// It hangs on the row's scores, its place and the input's seed alone. Keys closer to a boundary in the scores than
    /// <paramref name="scoreError"/> go into <see cref="KeptKeys.Ambiguous"/>; a rule that does not look at scores has none.
    /// </summary>
    /// <param name="scores">Scores q.k / sqrt(d) of the visible keys, 0 .. row when causal.</param>
    public abstract KeptKeys Keep(InputSpec input, KernelSpec kernel, int head, int row, ReadOnlySpan<double> scores, double scoreError);

    /// <summary>The kernel with parameters that keep few, some and nearly all keys of an input: what <c>doctor</c> and the kernel contract run.</summary>
    public abstract IEnumerable<KernelSpec> Examples(InputSpec input);

    /// <summary>Code for cpu-simd, ready to launch on one input: scratch is allocated here, and everything that depends on data happens in a launch. Null: none.</summary>
    public virtual CpuLaunch? PrepareOnCpu(CpuWork work) => null;

    /// <summary>Code for cuda and opencl: compiles its steps and allocates scratch; the action launches all of them, without waiting. Null: none.</summary>
    public virtual Action? PrepareOnGpu(GpuWork work) => null;
}

/// <summary>One launch on the processor.</summary>
/// <param name="output">heads x n x d; every element is written.</param>
public delegate void CpuLaunch(float[] output);
