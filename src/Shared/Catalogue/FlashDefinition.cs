using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Dense attention with a streaming softmax: the baseline of every speed-up.</summary>
public sealed class FlashDefinition : KernelDefinition
{
    public override string Name => "flash";

    public override string Summary => "dense; streaming softmax, nothing of size n x n";

    public override IReadOnlyList<ParameterDefinition> Parameters => [];

    public override bool IsDense => true;

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel) => input.VisiblePairs;

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) => DenseFlops(input);

    public override long MemoryBytes(InputSpec input, KernelSpec kernel) => StreamingBytes(input);

    /// <summary>On ILGPU tensors, and a number for each head.</summary>
    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + 4L * input.Heads : MemoryBytes(input, kernel);
}
