using AttnSweep.Kernels.Inputs;
using AttnSweep.Results;
using AttnSweep.Sparsity;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>
/// Holds outputs against the double-precision reference on a fixed set of rows of one input: all rows where n is at most
/// <c>rows</c>, else the first, the last, and rows drawn from the input's seed.
/// </summary>
public sealed class KernelVerifier(AttentionInput input, int rows)
{
    public AttentionInput Input { get; } = input;

    public int Rows { get; } = rows;

    /// <summary>Checks an output (heads x n x d) of a kernel.</summary>
    public Verdict Check(KernelSpec kernel, ReadOnlySpan<float> output) => throw new NotImplementedException();

    /// <summary>Adds the sparsity of up to <paramref name="rowCount"/> sampled rows (over all heads) to <paramref name="sparsity"/>.</summary>
    public void MeasureSparsity(RowSparsity sparsity, int rowCount) => throw new NotImplementedException();

    /// <summary>What a check found.</summary>
    /// <param name="IsRight">The output is within the budget on every verified row.</param>
    /// <param name="KeptPairs">Pairs that the kernel's own rule keeps, scaled from the verified rows to all rows and heads.</param>
    public sealed record Verdict(bool IsRight, KernelError Error, double KeptPairs, string? WhyWrong);
}
