namespace AttnSweep.PtxInterpreter.Reports;

/// <summary>What an instruction keeps busy.</summary>
public enum InstructionClass
{
    IntegerArithmetic,
    F32,
    F64,
    F16,

    /// <summary>Approximations of the special function unit: ex2, lg2, rcp, sqrt, sin, …</summary>
    Special,
    Convert,

    /// <summary>setp, selp, logic of predicates.</summary>
    Predicate,
    Move,
    Branch,
    Call,
    Barrier,

    /// <summary>Shuffles and votes.</summary>
    Warp,
    Parameter,
    GlobalLoad,
    GlobalStore,
    SharedLoad,
    SharedStore,
    LocalLoad,
    LocalStore,
    ConstantLoad,
    Atomic,
}
