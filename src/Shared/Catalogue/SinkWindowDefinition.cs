using AttnSweep.Sweeps;

namespace AttnSweep.Catalogue;

/// <summary>Sliding window beside the first few keys (StreamingLLM's attention sinks).</summary>
public sealed class SinkWindowDefinition : KernelDefinition
{
    public override string Name => "sink-window";

    public override string Summary => "keeps the first keys (sinks) and a sliding window around each query, renormalised";

    public override IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        new("sinks", "keys kept at the beginning of the sequence, 0 to n", IsCount: true, Minimum: 0, Least: 0),
        new("width", "keys in the window, 1 to n", IsCount: true, Minimum: 0),
    ];

    public override double ExpectedKeptPairs(InputSpec input, KernelSpec kernel)
    {
        var (n, sinks, width) = (input.N, Math.Min(kernel.Count("sinks"), input.N), Math.Min(kernel.Count("width"), input.N));
        if (input.Causal)
            return input.Heads * CappedRows(n, (int)Math.Min(n, (long)sinks + width), causal: true);

        // Where a window starts at key s, max(0, sinks - width) <= sinks outside it <= sinks, and s of them in between. Starts: 0
        // for the rows up to width / 2, then one row for each of 1 .. n - width - 1, then n - width for all others.
        double last = n - width;
        if (last == 0)
            return input.Heads * (double)n * n;
        double least = Math.Max(0, sinks - width);
        var (flat, rising) = (Math.Min(least, last - 1), Math.Min(sinks, last - 1));
        var outside = (width / 2 + 1) * least
            + flat * least + (rising * (rising + 1) - flat * (flat + 1)) / 2 + (last - 1 - rising) * sinks
            + (width - width / 2) * Math.Clamp(last, least, sinks);
        return input.Heads * ((double)n * width + outside);
    }

    public override double UsefulFlops(InputSpec input, KernelSpec kernel, double keptPairs) => 4.0 * input.D * keptPairs;

    /// <summary>As window, and the sinks packed once more.</summary>
    public override long MemoryBytes(InputSpec input, KernelSpec kernel) =>
        CpuScratch.Tensors(input) + CpuScratch.PackedKeys(input) + CpuScratch.PackedKeys(input, Math.Max(1, kernel.Count("sinks")), input.N)
        + CpuScratch.Streaming(input, CpuScratch.RowsAtOnce(input, CpuScratch.MostRows, 48));

    /// <summary>On ILGPU tensors, and a number for each head.</summary>
    public override long MemoryBytesOn(string backend, InputSpec input, KernelSpec kernel) =>
        IsOnIlgpu(backend) ? input.TensorBytes + 4L * input.Heads : MemoryBytes(input, kernel);
}
