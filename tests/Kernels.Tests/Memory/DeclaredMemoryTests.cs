using AttnSweep.Catalogue;
using AttnSweep.Kernels.Contract;
using AttnSweep.Kernels.CpuSimd;
using AttnSweep.Kernels.Devices;
using AttnSweep.Kernels.Inputs;
using AttnSweep.Kernels.Tests.Ilgpu;
using AttnSweep.Protocol;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Memory;

/// <summary>What kernels declare, against an account of what devices allocate for tensors, output and scratch: never less, at most twice as much.</summary>
[Collection("memory")]
public sealed class DeclaredMemoryTests
{
    /// <summary>Of the threads that declarations reckon with.</summary>
    private const int Threads = 8;

    private static readonly InputSpec[] Large =
    [
        ContractCases.Input(n: 1500, d: 64), ContractCases.Input(n: 1100, d: 80, heads: 2, causal: true), ContractCases.Input(n: 2500, d: 128, causal: true),
    ];

    public static TheoryData<string> Kernels => [.. KernelCatalogue.BuiltIn.Select(k => k.Name)];

    [Theory, MemberData(nameof(Kernels))]
    public void On_the_processor_what_is_declared_is_enough_and_not_much_more(string kernel)
    {
        foreach (var shape in Large)
        {
            var input = AttentionInput.Create(shape);
            foreach (var threads in new[] { 1, 2, Threads })
            {
                foreach (var variant in Variants(kernel, shape))
                {
                    using var device = new CpuSimdDevice(threads);
                    var (declared, allocated) = Measure(device, variant, input);
                    Assert.True(declared >= allocated, $"{variant.Variant} with {threads} threads on {shape}: declared {declared}, allocated {allocated}");
                    Assert.True(threads < Threads || declared <= 2 * allocated, $"{variant.Variant} on {shape}: declared {declared}, allocated only {allocated}");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void On_the_processor_small_inputs_fit_as_well(string kernel)
    {
        foreach (var shape in ContractCases.All)
        {
            var input = AttentionInput.Create(shape);
            using var device = new CpuSimdDevice(threads: 2);
            var variant = ContractCases.Middle(kernel, shape);
            var (declared, allocated) = Measure(device, variant, input);
            Assert.True(declared >= allocated, $"{variant.Variant} on {shape}: declared {declared}, allocated {allocated}");
        }
    }

    [Fact, Trait("Backend", "ilgpu"), Trait("Category", "slow")]
    public void On_opencl_what_is_declared_is_enough_and_not_much_more()
    {
        using var device = OpenClDevice.Open();
        foreach (var shape in new[] { ContractCases.Input(n: 333, d: 16, heads: 3, causal: true), ContractCases.Input(n: 700, d: 64) })
        {
            var input = AttentionInput.Create(shape);
            foreach (var variant in Kernels.SelectMany(k => Variants(k.Data, shape)))
            {
                // The tensors are uploaded for the first kernel on an input, and shared by the others.
                using var account = new MemoryAccount();
                using var prepared = device.Prepare(variant, input);
                var allocated = account.Bytes + (account.Bytes < shape.TensorBytes ? shape.TensorBytes / 4 * 3 : 0);
                Assert.InRange(Declared(device.Info, variant, shape), allocated, 2 * allocated);
            }
        }
    }

    /// <summary>Few and many keys, small and large blocks.</summary>
    private static KernelSpec[] Variants(string kernel, InputSpec input)
    {
        var all = ContractCases.Variants(kernel, input).ToList();
        return [.. new[] { all[0], all[all.Count / 2], all[^1] }.Distinct()];
    }

    /// <summary>Native memory by the account, arrays by what the collector finds alive.</summary>
    private static (long Declared, long Allocated) Measure(CpuSimdDevice device, KernelSpec kernel, AttentionInput input)
    {
        using var account = new MemoryAccount();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var prepared = device.Prepare(kernel, input);
        var arrays = GC.GetTotalMemory(forceFullCollection: true) - before;
        return (Declared(device.Info, kernel, input.Spec), account.Bytes + Math.Max(0, arrays));
    }

    private static long Declared(DeviceInfo device, KernelSpec kernel, InputSpec input) => KernelCatalogue.Find(kernel.Name)!.MemoryBytesOn(device.Backend, input, kernel);
}

/// <summary>By itself: what other tests keep alive would be counted.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
public sealed class MemoryByItself;
