using AttnSweep.PtxInterpreter.Syntax;

namespace AttnSweep.PtxInterpreter.Decoding;

/// <summary>An instruction's modifiers. Each must be taken by somebody: one that is not known is an error, never ignored.</summary>
internal sealed class Modifiers(InstructionSyntax syntax)
{
    private readonly List<string> _rest = [.. syntax.Modifiers];

    public bool Take(string name) => _rest.Remove(name);

    /// <summary>The first of these names that is there, or null.</summary>
    public string? TakeOne(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_rest.Remove(name))
                return name;
        }

        return null;
    }

    public string Need(string what, params ReadOnlySpan<string> names) => TakeOne(names)
        ?? throw new PtxException(syntax.Line, $"{syntax.Text} needs {what}: one of .{string.Join(", .", names.ToArray())}");

    /// <summary>The first type in the order of the text.</summary>
    public PtxType Type()
    {
        foreach (var name in _rest)
        {
            if (PtxTypes.TryParse(name, out var type))
            {
                _rest.Remove(name);
                return type;
            }
        }

        throw new PtxException(syntax.Line, $"{syntax.Text} needs a type");
    }

    public void Done()
    {
        if (_rest.Count > 0)
            throw new PtxException(syntax.Line, $"modifier .{_rest[0]} of {syntax.Text} is not supported");
    }
}
