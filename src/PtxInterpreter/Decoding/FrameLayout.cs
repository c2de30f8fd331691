using AttnSweep.PtxInterpreter.Execution;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>Names of a function's body, by scope, and the places that they get in a frame.</summary>
internal sealed class FrameLayout(IReadOnlyDictionary<string, long> addresses)
{
    private readonly Stack<Dictionary<string, object>> _scopes = new([new Dictionary<string, object>()]);
    private readonly Dictionary<(int Width, ulong Bits), int> _constantIndex = [];
    private readonly List<(int Width, ulong Bits)> _constants = [];
    private readonly List<SpecialRegister> _specials = [];
    private int _words;

    /// <summary>A predicate register.</summary>
    private sealed record Predicate(int Index);

    public int PredicateCount { get; private set; } = 2;

    public int ParameterStride { get; private set; }

    public void Open() => _scopes.Push([]);

    public void Close() => _scopes.Pop();

    public void Declare(RegisterSyntax register)
    {
        for (var i = 0; i < (register.Count ?? 1); i++)
        {
            var name = register.Count is null ? register.Name : $"{register.Name}{i}";
            if (register.Type == PtxType.Pred)
                Add(register.Line, name, new Predicate(PredicateCount++));
            else
                Add(register.Line, name, Reserve(Math.Max(2, register.Type.Size())));
        }
    }

    public ParameterPlace DeclareParameter(VariableSyntax variable)
    {
        ParameterStride = (ParameterStride + variable.Align - 1) / variable.Align * variable.Align;
        var place = new ParameterPlace(variable.Name, ParameterStride, (int)variable.Bytes);
        ParameterStride += place.Bytes;
        Add(variable.Line, variable.Name, place);
        return place;
    }

    /// <summary>A variable of the function: its name stands for an address of its space.</summary>
    public void DeclareVariable(int line, string name, long address) => Add(line, name, address);

    /// <summary>A parameter by name, or null.</summary>
    public ParameterPlace? FindParameter(string name) => Find(name) as ParameterPlace?;

    public Place? FindRegister(string name)
    {
        if (Find(name) is Place place)
            return place;
        return Special(name) is { } special ? SpecialPlace(special) : null;
    }

    public int? FindPredicate(string name) => (Find(name) as Predicate)?.Index;

    /// <summary>The address of a variable in its space, or null.</summary>
    public long? FindAddress(string name) => Find(name) is long address ? address : addresses.TryGetValue(name, out var global) ? global : null;

    /// <summary>A constant's place. It is final only in <see cref="Finish"/>: until then constants are numbered from -1 down.</summary>
    public Place Constant(int width, ulong bits)
    {
        width = Math.Max(2, width);
        bits &= width == 8 ? ulong.MaxValue : (1ul << (8 * width)) - 1;
        if (!_constantIndex.TryGetValue((width, bits), out var index))
        {
            _constantIndex[(width, bits)] = index = _constants.Count;
            _constants.Add((width, bits));
        }

        return new Place(ConstantWord(index), width);
    }

    /// <summary>
    /// Constants and special registers lie behind all registers. Registers are declared before instructions use them, but a later
    /// declaration would move the border; so both get a range of their own from the start.
    /// </summary>
    public void Finish(Function function)
    {
        function.RegisterWords = _words;
        function.PredicateCount = PredicateCount;
        function.ParameterStride = ParameterStride;
        function.Constants = [.. _constants.Select((c, i) => new Constant(ConstantWord(i), c.Width, c.Bits))];
        function.Specials = [.. _specials.Select((s, i) => (s, SpecialWord(i)))];
        function.Words = SpecialWord(_specials.Count);
    }

    /// <summary>Words reserved for registers, known before the first instruction is decoded.</summary>
    public int RegisterLimit { get; set; }

    /// <summary>At most so many constants; known before the first instruction is decoded.</summary>
    public int ConstantLimit { get; set; }

    private int ConstantWord(int index) => RegisterLimit + (index * 2 * Warp.Size);

    private int SpecialWord(int index) => RegisterLimit + (((ConstantLimit * 2) + index) * Warp.Size);

    private Place SpecialPlace(SpecialRegister special)
    {
        var index = _specials.IndexOf(special);
        if (index < 0)
        {
            index = _specials.Count;
            _specials.Add(special);
        }

        return new Place(SpecialWord(index), 4);
    }

    private Place Reserve(int width)
    {
        // 64-bit registers begin at even words.
        var words = Warp.Size * width / 4;
        var place = new Place(_words, width);
        _words += words;
        return place;
    }

    private void Add(int line, string name, object meaning)
    {
        if (!_scopes.Peek().TryAdd(name, meaning))
            throw new PtxException(line, $"{name} is declared twice");
    }

    private object? Find(string name)
    {
        foreach (var scope in _scopes)
        {
            if (scope.TryGetValue(name, out var meaning))
                return meaning;
        }

        return null;
    }

    private static SpecialRegister? Special(string name) => name switch
    {
        "%laneid" => SpecialRegister.LaneId,
        "%warpid" => SpecialRegister.WarpId,
        "%nwarpid" => SpecialRegister.NwarpId,
        "%lanemask_eq" => SpecialRegister.LanemaskEq,
        "%lanemask_lt" => SpecialRegister.LanemaskLt,
        "%lanemask_le" => SpecialRegister.LanemaskLe,
        "%lanemask_gt" => SpecialRegister.LanemaskGt,
        "%lanemask_ge" => SpecialRegister.LanemaskGe,
        "%dynamic_smem_size" => SpecialRegister.DynamicSmemSize,
        "%total_smem_size" => SpecialRegister.TotalSmemSize,
        _ => Enum.TryParse<SpecialRegister>(name.TrimStart('%').Replace(".", "", StringComparison.Ordinal), ignoreCase: true, out var special)
            && name.StartsWith('%') && name.Contains('.', StringComparison.Ordinal) ? special : null,
    };
}
