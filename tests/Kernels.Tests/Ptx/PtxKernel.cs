using System.Reflection;
using System.Runtime.InteropServices;
using AttnSweep.PtxInterpreter;
using AttnSweep.PtxInterpreter.Reports;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>A kernel of ILGPU as a kernel of the interpreter: turns dimensions and arguments into what a CUDA launch gets.</summary>
internal sealed class PtxKernel(PtxAccelerator accelerator, PTXCompiledKernel compiled, MethodInfo? launcher) : Kernel(accelerator, compiled, launcher)
{
    private static readonly MethodInfo RawBytes = typeof(PtxKernel).GetMethod(nameof(Raw), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static void Dispatch(PtxKernel kernel, object dimension, int groupSize, object[] arguments) => kernel.Run(dimension, groupSize, arguments);

    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }

    private void Run(object dimension, int groupSize, object[] arguments)
    {
        var owner = (PtxAccelerator)Accelerator;
        var bytes = new List<PtxArgument>();
        Dim3 grid, block;
        if (dimension is KernelConfig config)
        {
            if (config.UsesDynamicSharedMemory)
                throw new NotSupportedException("Dynamic shared memory: no kernel here uses it.");
            (grid, block) = (Shape(config.GridDim), Shape(config.GroupDim));
        }
        else if (dimension is Index1D extent)
        {
            // As KernelLauncherBuilder does for every accelerator: whole groups, and the extent as the first parameter.
            if (extent.X == 0)
                return;
            (grid, block) = (new Dim3((extent.X + groupSize - 1) / groupSize), new Dim3(groupSize));
            bytes.Add(PtxArgument.Of(extent.X));
        }
        else
        {
            throw new NotSupportedException($"Launches over {dimension.GetType().Name}.");
        }

        bytes.AddRange(arguments.Select(Argument));
        var module = owner.Module((PTXCompiledKernel)CompiledKernel);
        owner.Reports.Add(module.Launch(module.Entries.Single(), grid, block, CollectionsMarshal.AsSpan(bytes)));
    }

    private static Dim3 Shape(Index3D index) => new(index.X, index.Y, index.Z);

    /// <summary>
    /// As ILGPU lays a value out for CUDA: a view is its address and its length in elements, a structure with views its fields,
    /// each aligned to its own size; everything else is its bytes.
    /// </summary>
    private static PtxArgument Argument(object value)
    {
        var bytes = new List<byte>();
        Write(bytes, value);
        return new PtxArgument([.. bytes]);
    }

    /// <summary>Gives the alignment.</summary>
    private static int Write(List<byte> bytes, object value)
    {
        if (value is IContiguousArrayView view)
        {
            Align(bytes, sizeof(long));
            bytes.AddRange(BitConverter.GetBytes(view.Length == 0 ? 0 : (ulong)view.Buffer.NativePtr + (ulong)view.IndexInBytes));
            bytes.AddRange(BitConverter.GetBytes(view.Length));
            return sizeof(long);
        }

        var fields = value.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        if (value.GetType().IsPrimitive || fields.Length == 0)
        {
            var raw = ((PtxArgument)RawBytes.MakeGenericMethod(value.GetType()).Invoke(null, [value])!).Bytes;
            Align(bytes, raw.Length);
            bytes.AddRange(raw);
            return raw.Length;
        }

        var alignment = fields.Max(field => Write([], field.GetValue(value)!));
        Align(bytes, alignment);
        foreach (var field in fields.OrderBy(f => f.MetadataToken))
            Write(bytes, field.GetValue(value)!);
        Align(bytes, alignment);
        return alignment;
    }

    private static void Align(List<byte> bytes, int to)
    {
        while (bytes.Count % to != 0)
            bytes.Add(0);
    }

    private static PtxArgument Raw<T>(T value)
        where T : unmanaged =>
        PtxArgument.Of(value);
}
