using System.Numerics;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>setp and testp.</summary>
internal sealed class ComparisonDecoder(Modifiers modifiers, Operands operands)
{
    public Operation Compare()
    {
        var flushes = modifiers.Take("ftz");
        var relation = modifiers.Need("a relation",
            "eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan");
        var logic = Logic(modifiers.TakeOne("and", "or", "xor"));
        var type = modifiers.Type();
        operands.Expect(logic == PredicateLogic.None ? 3 : 4);
        var (p, q) = operands[0] is PairOperand { First: NameOperand first, Second: NameOperand second }
            ? (operands.PredicateNamed(first.Name), operands.PredicateNamed(second.Name))
            : (operands.PredicateNamed(operands.Name(0)), -1);
        var (a, b) = (operands.Source(1, type), operands.Source(2, type));
        var (c, negate) = logic == PredicateLogic.None ? (0, false) : operands.Predicate(3);

        Compare<T, TRelation> Make<T, TRelation>()
            where T : unmanaged
            where TRelation : IRelation<T> =>
            new(p, q, a, b, logic, c, negate);

        Operation Integer<T>()
            where T : unmanaged, INumber<T> => relation switch
            {
                "eq" => Make<T, Equal<T>>(),
                "ne" => Make<T, NotEqual<T>>(),
                "lt" or "lo" => Make<T, Less<T>>(),
                "le" or "ls" => Make<T, LessOrEqual<T>>(),
                "gt" or "hi" => Make<T, Greater<T>>(),
                "ge" or "hs" => Make<T, GreaterOrEqual<T>>(),
                _ => throw operands.Wrong("compares integers like floats"),
            };

        Operation Float<T>()
            where T : unmanaged, INumber<T> => relation switch
            {
                "eq" => Make<T, Equal<T>>(),
                "ne" => Make<T, NotEqual<T>>(),
                "lt" => Make<T, Less<T>>(),
                "le" => Make<T, LessOrEqual<T>>(),
                "gt" => Make<T, Greater<T>>(),
                "ge" => Make<T, GreaterOrEqual<T>>(),
                "equ" => Make<T, Unordered<T, Equal<T>>>(),
                "neu" => Make<T, Unordered<T, NotEqual<T>>>(),
                "ltu" => Make<T, Unordered<T, Less<T>>>(),
                "leu" => Make<T, Unordered<T, LessOrEqual<T>>>(),
                "gtu" => Make<T, Unordered<T, Greater<T>>>(),
                "geu" => Make<T, Unordered<T, GreaterOrEqual<T>>>(),
                "num" => Make<T, BothNumbers<T>>(),
                "nan" => Make<T, AnyNaN<T>>(),
                _ => throw operands.Wrong("compares floats like unsigned integers"),
            };

        if (flushes)
            throw operands.Wrong("flushes subnormals, which is not supported in comparisons");
        if (relation is "lo" or "ls" or "hi" or "hs" && type.IsSigned())
            throw operands.Wrong("compares signed numbers as unsigned");
        if (type is PtxType.B16 or PtxType.B32 or PtxType.B64 && relation is not ("eq" or "ne"))
            throw operands.Wrong("orders bits, which have no order");
        return type switch
        {
            PtxType.S16 => Integer<short>(),
            PtxType.U16 or PtxType.B16 => Integer<ushort>(),
            PtxType.S32 => Integer<int>(),
            PtxType.U32 or PtxType.B32 => Integer<uint>(),
            PtxType.S64 => Integer<long>(),
            PtxType.U64 or PtxType.B64 => Integer<ulong>(),
            PtxType.F16 => Float<Half>(),
            PtxType.F32 => Float<float>(),
            PtxType.F64 => Float<double>(),
            _ => throw operands.Wrong($"is not supported for .{type.Name()}"),
        };
    }

    public Operation Classify()
    {
        var test = modifiers.Need("a test", "finite", "infinite", "number", "notanumber", "normal", "subnormal");
        var type = modifiers.Type();
        operands.Expect(2);
        var (d, a) = (operands.PredicateNamed(operands.Name(0)), operands.Source(1, type));
        return type switch
        {
            PtxType.F32 => new Classify<float>(d, a, Test<float>(test)),
            PtxType.F64 => new Classify<double>(d, a, Test<double>(test)),
            _ => throw operands.Wrong($"is not supported for .{type.Name()}"),
        };
    }

    public static PredicateLogic Logic(string? name) => name switch
    {
        "and" => PredicateLogic.And,
        "or" => PredicateLogic.Or,
        "xor" => PredicateLogic.Xor,
        _ => PredicateLogic.None,
    };

    // Zero is normal for testp.
    private static Func<T, bool> Test<T>(string name)
        where T : IBinaryFloatingPointIeee754<T> => name switch
        {
            "finite" => T.IsFinite,
            "infinite" => T.IsInfinity,
            "number" => value => !T.IsNaN(value),
            "notanumber" => T.IsNaN,
            "normal" => value => T.IsNormal(value) || T.IsZero(value),
            _ => T.IsSubnormal,
        };
}
