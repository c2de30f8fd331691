using System.Collections.Immutable;
using System.Runtime.InteropServices;
using AttnSweep.PtxInterpreter.Decoding;
using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Reports;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter;

/// <summary>A PTX text, loaded into the memory of a device that is simulated. Not thread-safe.</summary>
public sealed class PtxModule
{
    private readonly Program _program;

    private PtxModule(ModuleSyntax syntax, GlobalMemory memory)
    {
        Target = syntax.Target;
        Entries = [.. syntax.Functions.Where(f => f.IsEntry).Select(f => f.Name)];
        _program = new Program(syntax, memory);
    }

    /// <summary>As the text says: <c>sm_80</c>.</summary>
    public string Target { get; }

    /// <summary>Names of the kernels.</summary>
    public ImmutableArray<string> Entries { get; }

    /// <summary>Bytes of shared memory that the text declares.</summary>
    public int StaticSharedBytes => _program.StaticSharedBytes;

    /// <exception cref="PtxException">The text is not PTX, or uses an instruction, modifier or directive that is not known.</exception>
    public static PtxModule Load(string text, GlobalMemory memory) => new(PtxParser.Parse(text), memory);

    /// <summary>Bytes of each parameter of a kernel.</summary>
    public ImmutableArray<int> ParameterBytes(string entry) => [.. Entry(entry).Parameters.Select(p => p.Bytes)];

    /// <summary>Runs a kernel to its end, or to a fault after which nothing would mean anything.</summary>
    /// <param name="grid">Blocks.</param>
    /// <param name="block">Threads of a block, at most 1024.</param>
    /// <param name="dynamicSharedBytes">Length of the shared array that the text leaves open.</param>
    /// <exception cref="ArgumentException">The launch does not fit the kernel or the options.</exception>
    public LaunchReport Launch(string entry, Dim3 grid, Dim3 block, ReadOnlySpan<PtxArgument> arguments, int dynamicSharedBytes = 0, PtxOptions? options = null)
    {
        var function = Entry(entry);
        options ??= new PtxOptions();
        if (grid.X < 1 || grid.Y < 1 || grid.Z < 1 || block.X < 1 || block.Y < 1 || block.Z < 1 || block.Size > 1024 || grid.Size * block.Size > int.MaxValue)
            throw new ArgumentException($"A grid of {grid} blocks of {block} threads cannot be launched: a block has 1 to 1024 threads, a grid up to 2^31 - 1.");
        if (StaticSharedBytes + dynamicSharedBytes > options.MaxSharedBytes)
            throw new ArgumentException($"{entry} needs {StaticSharedBytes + dynamicSharedBytes} bytes of shared memory; a block may have {options.MaxSharedBytes}.");
        if (arguments.Length != function.Parameters.Length)
            throw new ArgumentException($"{entry} has {function.Parameters.Length} parameters, not {arguments.Length}.");
        var bytes = new byte[function.ParameterStride];
        for (var i = 0; i < arguments.Length; i++)
        {
            var (parameter, argument) = (function.Parameters[i], arguments[i].Bytes);
            if (argument.Length != parameter.Bytes)
                throw new ArgumentException($"Parameter {i} of {entry} ({parameter.Name}) has {parameter.Bytes} bytes, the argument {argument.Length}.");
            argument.AsSpan().CopyTo(bytes.AsSpan(parameter.Offset));
        }

        return new Launch(_program, function, grid, block, dynamicSharedBytes, bytes, options).Run();
    }

    private Function Entry(string name) => _program.Functions.TryGetValue(name, out var function) && function.IsEntry
        ? function
        : throw new ArgumentException($"There is no kernel {name}; there are {string.Join(", ", Entries)}.", nameof(name));
}

/// <summary>The bytes of one kernel parameter.</summary>
public readonly record struct PtxArgument(ImmutableArray<byte> Bytes)
{
    public static PtxArgument Of<T>(T value)
        where T : unmanaged =>
        new([.. MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value))]);

    public static PtxArgument Of(GlobalBuffer buffer) => Of(buffer.Address);
}
