using AttnSweep.Catalogue;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Ilgpu.Kernels;
using AttnSweep.Kernels.Own;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>What the device code can index and what must fit into memory, decided before anything is allocated.</summary>
internal static class KernelLimits
{
    /// <summary>
    /// Device code indexes with 32 bits, and a launch rounds its threads up to whole groups: their indices may not wrap either.
    /// </summary>
    public const long MaxElements = int.MaxValue - 65535;

    /// <summary>Bounds such as (block + 1) x size reach 2n.</summary>
    private const int MaxN = 1 << 30;

    private static readonly string[] Kernels =
        ["naive", "flash", "threshold", "topk", "topp", "window", "sink-window", "bigbird", "block-topk", "hyper", "sample-topk"];

    /// <exception cref="KernelUnsupportedException">There is no such kernel, or its indices would not fit.</exception>
    /// <exception cref="DeviceOutOfMemoryException">Tensors and scratch need more than <paramref name="memoryBytes"/>.</exception>
    public static void Check(KernelSpec kernel, InputSpec input, long memoryBytes)
    {
        var own = KernelCatalogue.Find(kernel.Name) as OwnKernel;
        if (own is null && !Kernels.Contains(kernel.Name))
            throw new KernelUnsupportedException($"ILGPU has no kernel '{kernel.Name}'; it has {string.Join(", ", Kernels)}.");
        if (input.N is < 1 or > MaxN || input.D < 1 || input.Heads < 1)
            throw new KernelUnsupportedException($"ILGPU runs n from 1 to {MaxN}, d and heads from 1; not n = {input.N}, d = {input.D}, heads = {input.Heads}.");
        if (own is null && !IsMaterialised(kernel) && input.D > TiledAttention.MaxHeadDim)
            throw new KernelUnsupportedException($"{kernel.Name} on ILGPU needs d <= {TiledAttention.MaxHeadDim} (its tiles lie in shared memory), got {input.D}.");
        var arrays = Arrays(kernel, input);
        var largest = arrays.MaxBy(a => a.Elements);
        if (largest.Elements > MaxElements)
            throw new KernelUnsupportedException($"{kernel.Name} on ILGPU indexes with 32 bits: at most {MaxElements} elements in an array, but {largest.Name} would have {largest.Elements:0}.");
        var bytes = 4 * arrays.Sum(a => a.Elements);
        if (bytes > memoryBytes)
            throw new DeviceOutOfMemoryException($"{kernel.Name} with n = {input.N}, d = {input.D}, heads = {input.Heads} needs {bytes / (1 << 20):0} MiB on the device, which has {memoryBytes >> 20} MiB.");
    }

    public static int Blocks(int n, int block) => (int)(((long)n + block - 1) / block);

    /// <summary>max(1, ceil(keep / block)) key blocks, or all.</summary>
    public static int KeptBlocks(int n, int block, int keep) => Math.Clamp(Blocks(keep, block), 1, Blocks(n, block));

    /// <summary>The most key blocks that a query block of bigbird keeps.</summary>
    public static int KeptBlocks(BigBirdShape shape) => Enumerable.Range(0, shape.Blocks).Max(shape.BlocksKept);

    // Decimal: heads x n x n of any three ints fits.
    private static List<(string Name, decimal Elements)> Arrays(KernelSpec kernel, InputSpec input)
    {
        decimal heads = input.Heads, n = input.N, d = input.D;
        List<(string, decimal)> arrays = [("Q", heads * n * d), ("K", heads * n * d), ("V", heads * n * d), ("the output", heads * n * d)];
        if (IsMaterialised(kernel))
            arrays.Add(("heads x n x n scores", heads * n * n));
        if (kernel.Name == "block-topk")
        {
            var blocks = Blocks(input.N, kernel.Count("block"));
            arrays.Add(("the mean queries", heads * blocks * d));
            arrays.Add(("the mean keys", heads * blocks * d));
            arrays.Add(("heads x blocks x blocks scores", heads * blocks * blocks));
            arrays.Add(("the kept blocks", heads * blocks * KeptBlocks(input.N, kernel.Count("block"), kernel.Count("keep"))));
        }

        if (kernel.Name == "sample-topk")
            arrays.Add(("the random orders", 8 * heads * n));
        if (kernel.Name == "bigbird")
        {
            var shape = BigBirdShape.Of(input, kernel);
            arrays.Add(("heads x blocks x kept blocks", heads * shape.Blocks * KeptBlocks(shape)));
        }

        if (kernel.Name == "hyper")
        {
            var estimated = HyperPart.Of(input, kernel).Where(part => part.Kind == HyperPartKind.Estimated).ToList();
            var items = heads * estimated.Sum(part => (decimal)part.Queries + part.Keys);
            arrays.Add(("the hashes", 2 * heads * n));
            arrays.Add(("the running maxima and sums", 2 * heads * n));
            // Before sorting, two turns, inverse, and the two numbers of a segment.
            arrays.AddRange(Enumerable.Repeat(("the items to sort", items), 6));
            arrays.Add(("the samples", heads * estimated.Count * kernel.Count("samples")));
        }

        return arrays;
    }

    private static bool IsMaterialised(KernelSpec kernel) => kernel.Name is "naive" or "threshold" or "topk" or "topp" or "sample-topk";
}
