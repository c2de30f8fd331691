namespace AttnSweep.PtxInterpreter.Syntax;

/// <summary>Fundamental types of PTX.</summary>
public enum PtxType
{
    Pred,
    B8, B16, B32, B64,
    U8, U16, U32, U64,
    S8, S16, S32, S64,
    F16, F32, F64,
}

internal enum StateSpace
{
    Generic, Register, Param, Global, Shared, Local, Const,
}

internal static class PtxTypes
{
    private static readonly Dictionary<string, PtxType> ByName =
        Enum.GetValues<PtxType>().ToDictionary(t => t.Name(), t => t);

    public static string Name(this PtxType type) => type.ToString().ToLowerInvariant();

    public static bool TryParse(string name, out PtxType type) => ByName.TryGetValue(name, out type);

    /// <summary>Bytes; a predicate has none.</summary>
    public static int Size(this PtxType type) => type switch
    {
        PtxType.Pred => 0,
        PtxType.B8 or PtxType.U8 or PtxType.S8 => 1,
        PtxType.B16 or PtxType.U16 or PtxType.S16 or PtxType.F16 => 2,
        PtxType.B32 or PtxType.U32 or PtxType.S32 or PtxType.F32 => 4,
        _ => 8,
    };

    public static bool IsSigned(this PtxType type) => type is PtxType.S8 or PtxType.S16 or PtxType.S32 or PtxType.S64;

    public static bool IsFloat(this PtxType type) => type is PtxType.F16 or PtxType.F32 or PtxType.F64;

    public static StateSpace? Space(string name) => name switch
    {
        "reg" => StateSpace.Register,
        "param" => StateSpace.Param,
        "global" => StateSpace.Global,
        "shared" => StateSpace.Shared,
        "local" => StateSpace.Local,
        "const" => StateSpace.Const,
        _ => null,
    };
}
