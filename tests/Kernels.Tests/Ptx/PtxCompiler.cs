using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>ILGPU's CUDA backend without CUDA: device functions to PTX text, with the product's options.</summary>
internal static class PtxCompiler
{
    public static string Compile(MethodInfo kernel, CudaArchitecture architecture)
    {
        using var context = Context.Create(b => b.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80, null);
        // A first parameter of an index type is what the auto-grouped loaders of KernelLaunches take.
        var entry = kernel.GetParameters()[0].ParameterType == typeof(Index1D)
            ? EntryPointDescription.FromImplicitlyGroupedKernel(kernel)
            : EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
        return ((PTXCompiledKernel)backend.Compile(entry, default)).PTXAssembly;
    }
}
