using System.Globalization;

namespace AttnSweep.PtxInterpreter.Syntax;

/// <summary>A place in a list of tokens, with the complaints of a parser.</summary>
internal sealed class TokenReader(List<Token> tokens)
{
    private int _at;

    public Token Next => tokens[_at];

    public Token After => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Take() => Next.Kind == TokenKind.End ? Next : tokens[_at++];

    public bool TryTake(string symbol)
    {
        if (!Next.Is(symbol))
            return false;
        _at++;
        return true;
    }

    public bool TryTakeDotted(string name)
    {
        if (!Next.IsDotted(name))
            return false;
        _at++;
        return true;
    }

    public void Expect(string symbol)
    {
        if (!TryTake(symbol))
            throw Unexpected($"'{symbol}'");
    }

    public string Word()
    {
        if (Next.Kind != TokenKind.Word)
            throw Unexpected("a name");
        return Take().Text;
    }

    /// <summary>A name, and what may follow a dot in it: <c>%tid.x</c>.</summary>
    public string Name()
    {
        var name = Word();
        return Next.Kind == TokenKind.Dotted && name.StartsWith('%') ? $"{name}.{Take().Text}" : name;
    }

    public PtxType Type()
    {
        if (Next.Kind == TokenKind.Dotted && PtxTypes.TryParse(Next.Text, out var type))
        {
            _at++;
            return type;
        }

        throw Unexpected("a type such as '.b32'");
    }

    public long Integer()
    {
        var negative = TryTake("-");
        if (Next.Kind != TokenKind.Number || Parse(Next.Text) is not IntegerOperand number)
            throw Unexpected("a whole number");
        _at++;
        return negative ? -number.Value : number.Value;
    }

    public PtxException Unexpected(string wanted) => new(Next.Line, $"expected {wanted}, found {Next}");

    /// <summary>A number's text as an operand.</summary>
    public static OperandSyntax Parse(string text)
    {
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase))
            return new FloatOperand(uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture), false);
        if (text.StartsWith("0d", StringComparison.OrdinalIgnoreCase))
            return new FloatOperand(ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture), true);
        if (text.Contains('.', StringComparison.Ordinal))
            return new FloatOperand(BitConverter.DoubleToUInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), true);
        text = text.TrimEnd('U');
        return new IntegerOperand(unchecked((long)(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : ulong.Parse(text, CultureInfo.InvariantCulture))));
    }
}
