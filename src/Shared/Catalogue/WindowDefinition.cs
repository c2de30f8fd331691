using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Sliding window: which keys are kept does not depend on the input's values.</summary>
public sealed class WindowDefinition : KernelDefinition
{
    public override string Name => "window";

    public override string Summary => "keeps a sliding window of keys around each query (the last ones, when causal), renormalised";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
        [new("width", "keys in the window, 1 to n", IsCount: true, Minimum: 0)];

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel) =>
        input.Heads * CappedRows(input.N, kernel.Count("width"), input.Causal);

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) => 4.0 * input.D * keptPairs;

    public override long MemoryBytes(InputSpec input, KernelSpec kernel) => StreamingBytes(input);

    /// <summary>On ILGPU tensors, and a number for each head.</summary>
    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + 4L * input.Heads : MemoryBytes(input, kernel);
}
