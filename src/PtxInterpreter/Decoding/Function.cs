using System.Collections.Immutable;
using AttnSweep.PtxInterpreter.Operations;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>Where a register or constant lies in a frame.</summary>
/// <param name="Width">Bytes of a lane: 2, 4 or 8.</param>
internal readonly record struct Place(int Word, int Width);

internal readonly record struct Constant(int Place, int Width, ulong Bits);

internal enum SpecialRegister
{
    TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ,
    LaneId, WarpId, NwarpId, LanemaskEq, LanemaskLt, LanemaskLe, LanemaskGt, LanemaskGe, DynamicSmemSize, TotalSmemSize,
}

/// <summary>A parameter's place among the parameters of a lane.</summary>
internal readonly record struct ParameterPlace(string Name, int Offset, int Bytes);

/// <summary>A local array's place in the local memory of a lane's frame.</summary>
internal sealed class Function(string name, bool isEntry, int line)
{
    /// <summary>Predicates that are always false and always true.</summary>
    public const int False = 0;

    public const int True = 1;

    public string Name { get; } = name;

    public bool IsEntry { get; } = isEntry;

    public int Line { get; } = line;

    public ImmutableArray<Operation> Operations { get; set; } = [];

    /// <summary>Words of a frame that are registers; constants and special registers follow.</summary>
    public int RegisterWords { get; set; }

    public int Words { get; set; }

    public int PredicateCount { get; set; } = 2;

    /// <summary>Bytes of a lane's parameters, those of its calls included.</summary>
    public int ParameterStride { get; set; }

    public ImmutableArray<ParameterPlace> Results { get; set; } = [];

    public ImmutableArray<ParameterPlace> Parameters { get; set; } = [];

    public ImmutableArray<Constant> Constants { get; set; } = [];

    public ImmutableArray<(SpecialRegister Register, int Word)> Specials { get; set; } = [];
}
