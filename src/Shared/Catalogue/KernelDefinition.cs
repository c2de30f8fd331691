using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>
/// What everybody may know of a kernel without running it: its parameters, work, memory and limits. Device code lives in
/// the Kernels project; planners, coordinators and reports only need this.
/// </summary>
public abstract class KernelDefinition
{
    /// <summary>The name in sweep files, the store and reports.</summary>
    public abstract string Name { get; }

    /// <summary>Which build of a user's own kernel this is; null for a built-in one, which the code version names.</summary>
    public virtual string? Build => null;

    /// <summary>One sentence for <c>attnsweep kernels</c>.</summary>
    public abstract string Summary { get; }

    public abstract IReadOnlyList<ParameterDefinition> Parameters { get; }

    /// <summary>Exactly one of the parameters is given (they say the same thing in different ways), not all of them.</summary>
    public virtual bool TakesOneParameter => false;

    /// <summary>Computes every visible query-key pair exactly.</summary>
    public virtual bool IsDense => false;

    /// <summary>Whether its time may depend on the values of its input, not only on the shape.</summary>
    public virtual bool IsDataDependent => false;

    /// <summary>Why the kernel cannot run on this input with these parameters, or null. Shown as outcome <c>unsupported</c>.</summary>
    public virtual string? WhyUnsupported(InputSpec input, KernelSpec kernel) => null;

    /// <summary>Query-key pairs that the kernel keeps in expectation, over all heads (for data-dependent kernels: the closed form for independent inputs).</summary>
    public abstract double ExpectedKeptPairs(InputSpec input, KernelSpec kernel);

    /// <summary>
    /// FLOPs that the algorithm needs when it keeps <paramref name="keptPairs"/> pairs, a multiply-add counted as 2 (paper cost model):
    /// scores that must be computed plus 2 d per kept pair for P V.
    /// </summary>
    public abstract double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs);

    /// <summary>4 d per visible pair: what dense attention on the same input needs. GFLOP/s of every kernel are given in these.</summary>
    public static double DenseFlops(InputSpec input) => 4.0 * input.D * input.VisiblePairs;

    /// <summary>
    /// Bytes that must move at least once: Q, K, V read, O written, four bytes an element. A dtype such as float16 does not change that: it says what the
    /// entries were rounded to, and every backend keeps and reads them as float32.
    /// </summary>
    public virtual long CompulsoryBytes(InputSpec input, KernelSpec kernel) => input.TensorBytes;

    /// <summary>
    /// Memory that cpu-simd takes for tensors, output and scratch, in bytes, from above; the gate that keeps a cell from a device it does not fit. Beside
    /// it the runner holds the input once more, and of each head in turn a double-precision copy, to verify against.
    /// </summary>
    public abstract long MemoryBytes(InputSpec input, KernelSpec kernel);

    /// <summary>The same on one backend: ILGPU's devices need other scratch.</summary>
    public virtual long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) => MemoryBytes(input, kernel);

    /// <summary>The scores of all heads in float32.</summary>
    protected static long ScoreMatrixBytes(InputSpec input) => 4L * input.Heads * input.N * input.N;

    /// <summary>A streaming kernel on cpu-simd: tensors, packed keys, and for each thread a block of rows.</summary>
    protected static long StreamingBytes(InputSpec input) =>
        CpuScratch.Tensors(input) + CpuScratch.PackedKeys(input) + CpuScratch.Streaming(input, CpuScratch.SharedRows(input, CpuScratch.MostRows, 48));

    /// <summary>The ILGPU kernels that select by score first write all scores to memory; cpu-simd keeps a few rows per thread.</summary>
    protected static bool IsOnIlgpu(string backend) => backend != Backends.CpuSimd;

    /// <summary>Pairs of one head when every row keeps <paramref name="most"/> keys, or all that it sees.</summary>
    protected static double CappedRows(int n, int most, bool causal) =>
        causal ? most * (most + 1.0) / 2 + (double)(n - most) * most : (double)n * most;
}

/// <summary>A parameter of a kernel.</summary>
/// <param name="Name">As in sweep files.</param>
/// <param name="Meaning">One sentence, with unit and range.</param>
/// <param name="IsCount">Rounded up to a whole number and kept between <paramref name="Least"/> and n.</param>
/// <param name="Minimum">Smallest value that makes sense (exclusive for fractions such as epsilon).</param>
/// <param name="Least">What a count is raised to: 0 where none is a choice.</param>
/// <param name="Maximum">Largest value that makes sense, and then n is no limit; null: a count is lowered to n, anything else has no limit.</param>
public sealed record ParameterDefinition(string Name, string Meaning, bool IsCount, double Minimum, int Least = 1, double? Maximum = null);
