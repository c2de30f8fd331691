using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>
/// Gives variables their addresses. Shared and local variables lie apart from each other, so that an index that leaves one hits
/// nothing; they begin at multiples of 128 bytes, so that no bank changes by that.
/// </summary>
internal sealed class VariablePlacement(GlobalMemory memory)
{
    private const ulong First = 1 << 16, Gap = 1 << 20;

    private readonly List<(VariableSyntax Variable, ulong Start)> _shared = [];
    private readonly List<(VariableSyntax Variable, ulong Start)> _local = [];
    private ulong _nextShared = First;
    private ulong _nextLocal = First;

    /// <summary>Module variables by name.</summary>
    public Dictionary<string, long> Addresses { get; } = [];

    public int StaticSharedBytes => (int)_shared.Sum(s => s.Variable.Bytes);

    public long Place(VariableSyntax variable)
    {
        switch (variable.Space)
        {
            case StateSpace.Shared:
                return (long)Add(_shared, ref _nextShared, variable);
            case StateSpace.Local:
                return (long)Add(_local, ref _nextLocal, variable);
            default:
                return (long)memory.Place(variable).Address;
        }
    }

    /// <summary>A block's shared variables, nothing written. Dynamic shared memory is as long as the launch says.</summary>
    public AddressSpace SharedSpace(int dynamicBytes)
    {
        var space = new AddressSpace();
        foreach (var (variable, start) in _shared)
        {
            var bytes = variable.IsOpen ? dynamicBytes : (int)variable.Bytes;
            space.Add(new Region(variable.Name, start, bytes) { Shadow = new RaceShadow(Math.Max(1, bytes)) });
        }

        return space;
    }

    /// <summary>A warp's local variables, nothing written.</summary>
    public AddressSpace LocalSpace()
    {
        var space = new AddressSpace();
        foreach (var (variable, start) in _local)
            space.Add(new Region(variable.Name, start, (int)variable.Bytes, Execution.Warp.Size));
        return space;
    }

    private static ulong Add(List<(VariableSyntax, ulong)> list, ref ulong next, VariableSyntax variable)
    {
        var start = next;
        list.Add((variable, start));
        next += ((ulong)variable.Bytes / Gap + 2) * Gap;
        return start;
    }
}
