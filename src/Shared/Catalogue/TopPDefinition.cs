using AttnSweep.Sweeps;
using AttnSweep.Theory;

namespace AttnSweep.Catalogue;

/// <summary>Keeps the fewest keys that hold a given share of a row's softmax mass (coverage: FlexPrefill, Twilight).</summary>
public sealed class TopPDefinition : KernelDefinition
{
    public override string Name => "topp";

    public override string Summary => "keeps the fewest keys per query that together hold a share of the softmax mass, renormalised; every score is still computed";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
        [new("mass", "share of the softmax mass that the kept keys hold at least; greater than 0, at most 1", IsCount: false, Minimum: 0, Maximum: 1)];

    public override bool IsDataDependent => true;

    /// <summary>Paper 4A: k_eps / n = Phic(tau + Phi^-1(eps)) with eps = 1 - mass, free of the row's length; at least one key a row. An estimate where sigma^2 is above 0.6 sqrt(2 ln n).</summary>
    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel)
    {
        var lost = 1 - kernel["mass"];
        var share = lost <= 0 ? 1 : TauSpread.Average(input.Sigma, input.D, tau => LogNormalRow.KTvFrac(tau, lost));
        return Math.Clamp(share * input.VisiblePairs, Math.Min((double)input.Heads * input.N, input.VisiblePairs), input.VisiblePairs);
    }

    /// <summary>Scores of all visible keys; finding the smallest set compares and adds, which counts no FLOPs, as for topk.</summary>
    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) =>
        2.0 * input.D * input.VisiblePairs + 2.0 * input.D * keptPairs;

    public override long MemoryBytes(InputSpec input, KernelSpec kernel) => CpuScratch.Tensors(input) + CpuScratch.PackedKeys(input) + CpuScratch.WholeRowsPerThread(input);

    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + ScoreMatrixBytes(input) : MemoryBytes(input, kernel);
}
