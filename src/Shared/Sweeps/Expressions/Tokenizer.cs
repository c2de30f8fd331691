using System.Globalization;

namespace AttnSweep.Sweeps.Expressions;

internal enum TokenKind
{
    Number,
    Name,
    Symbol,
    End,
}

/// <param name="Text">As written; lower-case words such as <c>and</c> are names here, the parser knows better.</param>
internal readonly record struct Token(TokenKind Kind, int Offset, string Text, double Number = 0)
{
    public string Described => Kind == TokenKind.End ? "the end" : $"'{Text}'";
}

internal static class Tokenizer
{
    private static readonly string[] Symbols = ["<=", ">=", "==", "!=", "..", "+", "-", "*", "/", "%", "^", "(", ")", ",", "<", ">"];

    /// <summary>Writings of other languages, with ours.</summary>
    private static readonly Dictionary<string, string> Foreign = new()
    {
        ["**"] = "'^' for a power",
        ["&&"] = "'and'",
        ["||"] = "'or'",
        ["=<"] = "'<='",
        ["=>"] = "'>='",
        ["="] = "'==' to compare",
        ["!"] = "'not'",
        ["&"] = "'and'",
        ["|"] = "'or'",
    };

    public static List<Token> Split(string text)
    {
        var tokens = new List<Token>();
        for (var at = 0; at < text.Length;)
        {
            var c = text[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            var token = char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])) ? Number(text, at)
                : char.IsAsciiLetter(c) || c == '_' ? Name(text, at)
                : Symbol(text, at);
            tokens.Add(token);
            at += token.Text.Length;
        }

        tokens.Add(new Token(TokenKind.End, text.Length, ""));
        return tokens;
    }

    private static Token Number(string text, int start)
    {
        var at = Digits(text, start);
        // The dots of a range such as 1..4 are no decimal point.
        if (at < text.Length && text[at] == '.' && !(at + 1 < text.Length && text[at + 1] == '.'))
            at = Digits(text, at + 1);
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var sign = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            if (sign < text.Length && char.IsAsciiDigit(text[sign]))
                at = Digits(text, sign);
        }

        var written = text[start..at];
        if (at < text.Length && (char.IsAsciiLetter(text[at]) || text[at] == '_'))
            throw new ExpressionException(start, $"'{written}{Name(text, at).Text}'", $"a number times a name would be {written}*{Name(text, at).Text}");
        if (at < text.Length && text[at] == '.' && !text[at..].StartsWith("..", StringComparison.Ordinal))
            throw new ExpressionException(start, $"'{written}.'", "a number has one decimal point");
        var value = double.Parse(written, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value)
            ? new Token(TokenKind.Number, start, written, value)
            : throw new ExpressionException(start, $"the number {written}, which is too large", "would be below 1.8e308");
    }

    private static Token Name(string text, int start)
    {
        var at = start;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            at++;
        return new Token(TokenKind.Name, start, text[start..at]);
    }

    private static Token Symbol(string text, int at)
    {
        var rest = text.AsSpan(at);
        foreach (var symbol in Symbols)
        {
            if (rest.StartsWith(symbol, StringComparison.Ordinal) && !(symbol == "*" && rest.StartsWith("**", StringComparison.Ordinal)))
                return new Token(TokenKind.Symbol, at, symbol);
        }

        foreach (var (foreign, ours) in Foreign)
        {
            if (rest.StartsWith(foreign, StringComparison.Ordinal))
                throw new ExpressionException(at, $"'{foreign}'", $"would be {ours}");
        }

        throw new ExpressionException(at, $"the character '{text[at]}'", "an expression is made of numbers, names, + - * / % ^, comparisons, and, or, not, and parentheses");
    }

    private static int Digits(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at;
    }
}
