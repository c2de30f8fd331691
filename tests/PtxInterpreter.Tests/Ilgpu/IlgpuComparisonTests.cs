using AttnSweep.Kernels.Tests.Ptx;
using AttnSweep.PtxInterpreter.Reports;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace AttnSweep.PtxInterpreter.Tests.Ilgpu;

/// <summary>Kernels that ILGPU compiles to PTX give the interpreter what the same code gives on ILGPU's CPU accelerator.</summary>
[Collection("ilgpu")]
public sealed class IlgpuComparisonTests : IDisposable
{
    private const int Count = 64;

    private readonly Context _context = Context.Create(b => b.CPU(new CPUDevice(8, 4, 2)).EnableAlgorithms().Optimize(OptimizationLevel.O2));
    private readonly List<LaunchReport> _reports = [];

    public void Dispose() => _context.Dispose();

    public static TheoryData<string> Implicit =>
    [
        nameof(ComparedKernels.Integers), nameof(ComparedKernels.Floats), nameof(ComparedKernels.Loop), nameof(ComparedKernels.Choice), nameof(ComparedKernels.Narrow),
        nameof(ComparedKernels.Local), nameof(ComparedKernels.Count), nameof(ComparedKernels.Doubles),
    ];

    [Theory, MemberData(nameof(Implicit))]
    public void Implicitly_grouped_kernels_agree(string name)
    {
        var kernel = typeof(ComparedKernels).GetMethod(name)!.CreateDelegate<Action<Index1D, ArrayView<float>, ArrayView<int>>>();
        Compare((accelerator, floats, ints) => accelerator.LoadAutoGroupedStreamKernel(kernel)(Count - 3, floats, ints));
    }

    [Fact]
    public void Shared_memory_and_barriers_agree() => Compare((accelerator, floats, ints) =>
        accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<int>>(ComparedKernels.Reverse)(new KernelConfig(Count / 16, 16), floats, ints));

    [Fact]
    public void Every_launch_was_counted()
    {
        Compare((accelerator, floats, ints) => accelerator.LoadStreamKernel<ArrayView<float>, ArrayView<int>>(ComparedKernels.Reverse)(new KernelConfig(Count / 16, 16), floats, ints));
        var report = Assert.Single(_reports);
        Assert.Equal(4, report.Costs.ByClass[InstructionClass.Barrier].Warps);
    }

    private void Compare(Action<Accelerator, ArrayView<float>, ArrayView<int>> launch)
    {
        using var cpu = _context.CreateCPUAccelerator(0);
        using var ptx = new PtxAccelerator(_context);
        var (floats, ints) = Run(cpu, launch);
        var (ptxFloats, ptxInts) = Run(ptx, launch);
        _reports.AddRange(ptx.Reports);
        Assert.Empty(_reports.SelectMany(r => r.Findings.Select(f => $"{f}")));
        Assert.Equal(ints, ptxInts);
        for (var i = 0; i < Count; i++)
            Assert.True(Math.Abs(floats[i] - ptxFloats[i]) <= 4e-7f * Math.Abs(floats[i]) || floats[i].Equals(ptxFloats[i]), $"element {i}: {floats[i]:R} and {ptxFloats[i]:R}");
    }

    private static (float[] Floats, int[] Ints) Run(Accelerator accelerator, Action<Accelerator, ArrayView<float>, ArrayView<int>> launch)
    {
        using var floats = accelerator.Allocate1D(Enumerable.Range(0, Count).Select(i => (i - 20) * 0.37f).ToArray());
        using var ints = accelerator.Allocate1D(Enumerable.Range(0, Count).Select(i => (i * 2654435) - 70_000_000).ToArray());
        launch(accelerator, floats.View.BaseView, ints.View.BaseView);
        accelerator.Synchronize();
        return (floats.GetAsArray1D(), ints.GetAsArray1D());
    }
}

/// <summary>Public: ILGPU's CPU backend emits code of another assembly that names it.</summary>
public static class ComparedKernels
{
    public static void Integers(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        var a = n[i];
        var b = (int)i + 3;
        uint u = (uint)a;
        n[i] = (a / b) + (a % b) - (a * b) + ((a << 3) ^ (a >> 2)) + (int)((u >> 5) + (u / 7)) + (a & ~b) + (a | b);
    }

    public static void Floats(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        var x = f[i];
        f[i] = (XMath.Sqrt(XMath.Abs(x)) / 3f) + XMath.Exp(x * 0.1f) - (x * x) + XMath.Max(x, 0.5f) + XMath.Min(x, -0.5f) + n[i];
        n[i] = (int)x;
    }

    public static void Loop(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        var sum = 0f;
        for (var j = 0; j < i; j++)
        {
            if ((j & 3) == 1)
                continue;
            sum += j * 0.5f;
            if (sum > 100f)
                break;
        }

        f[i] = sum;
    }

    public static void Choice(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        switch (i % 6)
        {
            case 0: n[i] = 5; break;
            case 1: n[i] = -9; break;
            case 2: f[i] = 1f; break;
            case 3: n[i] = 77; f[i] = -f[i]; break;
            default: n[i] = f[i] > 0f ? 1 : f[i] < -3f ? 2 : 3; break;
        }
    }

    public static void Narrow(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        var a = (short)n[i];
        var b = (byte)n[i];
        var c = (sbyte)(n[i] >> 3);
        var d = (ushort)(n[i] >> 7);
        long wide = (long)n[i] * n[i];
        n[i] = a + b + c + d + (int)(wide >> 20) + (int)(wide / 1000003);
    }

    public static void Doubles(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        var x = (double)f[i];
        f[i] = (float)((x / 3.0) + (x * x * 1e-3));
        n[i] = (int)(x * 1e3);
    }

    public static void Local(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        var sums = LocalMemory.Allocate<float>(8);
        for (var j = 0; j < 8; j++)
            sums[j] = j;
        for (var j = 0; j < i; j++)
            sums[j & 7] = sums[(j + 3) & 7] + 1f;
        f[i] = sums[i & 7];
    }

    public static void Count(Index1D i, ArrayView<float> f, ArrayView<int> n)
    {
        if (i >= 4)
            Atomic.Add(ref n[(int)i & 3], (int)i);
    }

    /// <summary>Each group of 16 turns its part round.</summary>
    public static void Reverse(ArrayView<float> f, ArrayView<int> n)
    {
        var tile = SharedMemory.Allocate<float>(16);
        var at = (Grid.IdxX * Group.DimX) + Group.IdxX;
        tile[Group.IdxX] = f[at];
        Group.Barrier();
        f[at] = tile[Group.DimX - 1 - Group.IdxX];
        n[at] += Group.IdxX;
    }
}
