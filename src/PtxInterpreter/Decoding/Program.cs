using System.Collections.Immutable;
using AttnSweep.PtxInterpreter.Memory;
using AttnSweep.PtxInterpreter.Operations;
using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>A decoded module, with its variables in a device's memory.</summary>
internal sealed class Program
{
    private readonly VariablePlacement _placement;

    public Program(ModuleSyntax module, GlobalMemory memory)
    {
        Memory = memory;
        _placement = new VariablePlacement(memory);
        foreach (var variable in module.Variables)
            _placement.Addresses.Add(variable.Name, _placement.Place(variable));
        Functions = module.Functions.Select(f => FunctionDecoder.Decode(f, _placement)).ToImmutableDictionary(f => f.Name);
        Operations = [.. module.Functions.SelectMany(f => Functions[f.Name].Operations)];
        for (var i = 0; i < Operations.Count; i++)
        {
            Operations[i].Index = i;
            if (Operations[i] is CallOperation call)
                Link(call);
        }
    }

    public GlobalMemory Memory { get; }

    public ImmutableDictionary<string, Function> Functions { get; }

    public IReadOnlyList<Operation> Operations { get; }

    public int StaticSharedBytes => _placement.StaticSharedBytes;

    public AddressSpace SharedSpace(int dynamicBytes) => _placement.SharedSpace(dynamicBytes);

    public AddressSpace LocalSpace() => _placement.LocalSpace();

    private void Link(CallOperation call)
    {
        if (!Functions.TryGetValue(call.Name, out var callee) || callee.IsEntry)
            throw new PtxException(call.Line, $"there is no function {call.Name}");
        call.Callee = callee;
        if (!call.Arguments.Select(a => a.Bytes).SequenceEqual(callee.Parameters.Select(p => p.Bytes))
            || !call.Results.Select(r => r.Bytes).SequenceEqual(callee.Results.Select(r => r.Bytes)))
        {
            throw new PtxException(call.Line, $"the call of {call.Name} does not fit its parameters");
        }
    }
}
