using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AttnSweep.Catalogue;
using AttnSweep.Kernels.Benchmarks;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Own;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>The processor's vector units, driven by a small team of threads.</summary>
public sealed class CpuSimdDevice : IDevice
{
    public const string Id = "cpu-simd";
    private const int MaxHeadDimension = 1024;

    private readonly ThreadTeam _team;
    private CpuTensors? _tensors;
    private CacheSweep? _caches;

    /// <param name="threads">Threads, the caller included; 0 means one per core that this process may use.</param>
    public CpuSimdDevice(int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        Info = Describe();
    }

    public DeviceInfo Info { get; }

    /// <summary>Threads, the caller included.</summary>
    public int Threads => _team.Size;

    public static DeviceInfo Describe() => new(
        Id, Backends.CpuSimd, ProcessorName(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount, InstructionSet());

    public IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input)
    {
        if (input.Spec.D is < 1 or > MaxHeadDimension || input.Spec.N < 1 || input.Spec.Heads < 1)
        {
            throw new KernelUnsupportedException($"cpu-simd runs d from 1 to {MaxHeadDimension}, n and heads from 1; not d = {input.Spec.D}, n = {input.Spec.N}, heads = {input.Spec.Heads}.");
        }

        if (!ReferenceEquals(_tensors?.Input, input))
        {
            _tensors?.Dispose();
            _tensors = null;
            _tensors = new CpuTensors(input);
        }

        return kernel.Name switch
        {
            "naive" => new NaiveKernel(_tensors, _team),
            "flash" => new FlashKernel(_tensors, _team),
            "threshold" => kernel.Parameters.TryGetValue("margin", out var margin)
                ? new ThresholdKernel(_tensors, _team, 0, margin)
                : new ThresholdKernel(_tensors, _team, kernel["epsilon"], null),
            "topk" => new TopKKernel(_tensors, _team, kernel.Count("k")),
            "topp" => new TopPKernel(_tensors, _team, kernel["mass"]),
            "window" => new WindowKernel(_tensors, _team, kernel.Count("width")),
            "sink-window" => new SinkWindowKernel(_tensors, _team, kernel.Count("sinks"), kernel.Count("width")),
            "bigbird" => new BigBirdKernel(_tensors, _team, BigBirdShape.Of(input.Spec, kernel)),
            "block-topk" => new BlockTopKKernel(_tensors, _team, kernel.Count("block"), kernel.Count("keep")),
            "hyper" => new HyperKernel(_tensors, _team, kernel),
            "sample-topk" => new SampleTopKKernel(_tensors, _team, kernel.Count("k"), kernel.Count("samples")),
            _ when KernelCatalogue.Find(kernel.Name) is OwnKernel own => new OwnCpuKernel(own, new CpuWork(kernel, input, _team)),
            _ => throw new KernelUnsupportedException($"cpu-simd has no kernel '{kernel.Name}'."),
        };
    }

    public bool TryEmptyCaches()
    {
        _caches ??= new CacheSweep();
        _caches.Run(_team);
        return true;
    }

    public DeviceCeilings? MeasureCeilings() => ProcessorCeilings.Measure(_team);

    public void Dispose()
    {
        _caches?.Dispose();
        _tensors?.Dispose();
        _team.Dispose();
    }

    private static string InstructionSet() =>
        Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported && Fma.IsSupported ? "AVX2" : "portable";

    private static string ProcessorName()
    {
        const string path = "/proc/cpuinfo";
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }
}
