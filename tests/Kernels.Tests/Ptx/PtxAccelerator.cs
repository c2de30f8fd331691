using System.Reflection;
using System.Reflection.Emit;
using AttnSweep.PtxInterpreter;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>
/// A CUDA device that is the PTX interpreter: ILGPU compiles for it with its CUDA backend, and the product's host code allocates,
/// copies and launches on it as on any other accelerator, with the launch shapes that it would use on a GPU.
/// </summary>
internal sealed class PtxAccelerator : KernelAccelerator<PTXCompiledKernel, PtxKernel>
{
    private static readonly MethodInfo Dispatch = typeof(PtxKernel).GetMethod(nameof(PtxKernel.Dispatch))!;

    private readonly Dictionary<string, PtxModule> _modules = [];
    private readonly Func<string, string> _rewrite;

    /// <param name="rewrite">Changes a kernel's text before it is loaded: how a fault is put in.</param>
    public PtxAccelerator(Context context, Func<string, string>? rewrite = null)
        : base(context, new SimulatedCudaDevice())
    {
        _rewrite = rewrite ?? (text => text);
        Init(new PTXBackend(context, new CudaCapabilityContext(Architecture), Architecture, CudaInstructionSet.ISA_80, null));
        DefaultStream = CreateStreamInternal();
    }

    public static CudaArchitecture Architecture => CudaArchitecture.SM_80;

    /// <summary>
    /// Threads of a group where ILGPU chooses. On a GPU the driver is asked and names up to 1024; here it must be small enough that
    /// small inputs fill several groups.
    /// </summary>
    public static int AutoGroupSize => 128;

    public GlobalMemory Memory { get; } = new();

    /// <summary>One for each launch, in order.</summary>
    public List<LaunchReport> Reports { get; } = [];

    public PtxModule Module(PTXCompiledKernel kernel)
    {
        if (!_modules.TryGetValue(kernel.PTXAssembly, out var module))
            _modules[kernel.PTXAssembly] = module = PtxModule.Load(_rewrite(kernel.PTXAssembly), Memory);
        return module;
    }

    public override TExtension CreateExtension<TExtension, TExtensionProvider>(TExtensionProvider provider) => throw new NotSupportedException();

    protected override AcceleratorStream CreateStreamInternal() => new PtxStream(this);

    protected override MemoryBuffer AllocateRawInternal(long length, int elementSize) => new PtxMemoryBuffer(this, length, elementSize);

    /// <summary>A static method (kernel, stream, dimension, arguments) that boxes the arguments and passes them on.</summary>
    protected override MethodInfo GenerateKernelLauncherMethod(PTXCompiledKernel kernel, int customGroupSize)
    {
        var parameters = kernel.SourceMethod.GetParameters().Select(p => p.ParameterType).ToList();
        var dimension = kernel.IndexType == IndexType.KernelConfig ? typeof(KernelConfig) : parameters[0];
        if (dimension == parameters[0])
            parameters.RemoveAt(0);
        var launcher = new DynamicMethod("Launch", null, [typeof(PtxKernel), typeof(AcceleratorStream), dimension, .. parameters], typeof(PtxAccelerator).Module, skipVisibility: true);
        var il = launcher.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Box, dimension);
        il.Emit(OpCodes.Ldc_I4, customGroupSize);
        il.Emit(OpCodes.Ldc_I4, parameters.Count);
        il.Emit(OpCodes.Newarr, typeof(object));
        for (var i = 0; i < parameters.Count; i++)
        {
            il.Emit(OpCodes.Dup);
            il.Emit(OpCodes.Ldc_I4, i);
            il.Emit(OpCodes.Ldarg, (short)(i + 3));
            il.Emit(OpCodes.Box, parameters[i]);
            il.Emit(OpCodes.Stelem_Ref);
        }

        il.Emit(OpCodes.Call, Dispatch);
        il.Emit(OpCodes.Ret);
        return launcher;
    }

    protected override PtxKernel CreateKernel(PTXCompiledKernel compiledKernel) => new(this, compiledKernel, null);

    protected override PtxKernel CreateKernel(PTXCompiledKernel compiledKernel, MethodInfo launcher) => new(this, compiledKernel, launcher);

    protected override int EstimateGroupSizeInternal(Kernel kernel, Func<int, int> computeSharedMemorySize, int maxGroupSize, out int minGridSize)
    {
        minGridSize = 1;
        return AutoGroupSize;
    }

    protected override int EstimateGroupSizeInternal(Kernel kernel, int dynamicSharedMemorySizeInBytes, int maxGroupSize, out int minGridSize)
    {
        minGridSize = 1;
        return AutoGroupSize;
    }

    protected override int EstimateMaxActiveGroupsPerMultiprocessorInternal(Kernel kernel, int groupSize, int dynamicSharedMemorySizeInBytes) => 1;

    protected override void SynchronizeInternal()
    {
    }

    protected override void OnBind()
    {
    }

    protected override void OnUnbind()
    {
    }

    protected override bool CanAccessPeerInternal(Accelerator otherAccelerator) => false;

    protected override void EnablePeerAccessInternal(Accelerator otherAccelerator) => throw new NotSupportedException();

    protected override void DisablePeerAccessInternal(Accelerator otherAccelerator) => throw new NotSupportedException();

    protected override PageLockScope<T> CreatePageLockFromPinnedInternal<T>(IntPtr pinned, long numElements) => throw new NotSupportedException();

    protected override void DisposeAccelerator_SyncRoot(bool disposing)
    {
    }
}

/// <summary>What the interpreter tells ILGPU of itself.</summary>
[DeviceType(AcceleratorType.Cuda)]
internal sealed class SimulatedCudaDevice : Device
{
    public SimulatedCudaDevice()
    {
        Name = "PTX interpreter";
        MemorySize = 1L << 30;
        MaxGridSize = new Index3D(int.MaxValue, 65535, 65535);
        MaxGroupSize = new Index3D(1024, 1024, 64);
        MaxNumThreadsPerGroup = 1024;
        MaxSharedMemoryPerGroup = 48 << 10;
        MaxConstantMemory = 64 << 10;
        WarpSize = 32;
        NumMultiprocessors = 1;
        MaxNumThreadsPerMultiprocessor = 2048;
        Capabilities = new CudaCapabilityContext(PtxAccelerator.Architecture);
    }

    public override Accelerator CreateAccelerator(Context context) => new PtxAccelerator(context);
}
