using System.Text.RegularExpressions;

namespace AttnSweep.PtxInterpreter.Syntax;

internal enum TokenKind
{
    /// <summary>An identifier, such as <c>add</c>, <c>%r1</c> or <c>L_5</c>.</summary>
    Word,

    /// <summary>A directive or modifier; the text is without its dot.</summary>
    Dotted,
    Number,
    Text,
    Symbol,
    End,
}

internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsDotted(string name) => Kind == TokenKind.Dotted && Text == name;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end of the text",
        TokenKind.Dotted => $"'.{Text}'",
        _ => $"'{Text}'",
    };
}

/// <summary>PTX text to tokens, without comments and debug lines.</summary>
internal static partial class PtxLexer
{
    /// <exception cref="PtxException">A character that PTX does not use.</exception>
    public static List<Token> Read(string text)
    {
        var tokens = new List<Token>();
        var (at, line) = (0, 1);
        while (at < text.Length)
        {
            var match = Pattern().Match(text, at);
            if (!match.Success)
                throw new PtxException(line, $"unexpected character '{text[at]}'");
            var kind = match.Groups["word"].Success ? TokenKind.Word
                : match.Groups["dotted"].Success ? TokenKind.Dotted
                : match.Groups["number"].Success ? TokenKind.Number
                : match.Groups["text"].Success ? TokenKind.Text
                : match.Groups["symbol"].Success ? TokenKind.Symbol
                : TokenKind.End;
            if (kind != TokenKind.End)
                tokens.Add(new Token(kind, kind == TokenKind.Dotted ? match.Value[1..] : match.Value, line));
            line += match.ValueSpan.Count('\n');
            at += match.Length;
        }

        tokens.Add(new Token(TokenKind.End, "", line));
        return tokens;
    }

    [GeneratedRegex("""
        \G(?:
            (?<blank>\s+|//[^\n]*|/\*.*?\*/|\.(?:loc|file)\b[^\n]*)
          | (?<word>[%$_A-Za-z][\w$]*)
          | (?<number>0[fF][0-9a-fA-F]{8}|0[dD][0-9a-fA-F]{16}|0[xX][0-9a-fA-F]+U?|\d+\.\d+(?:[eE][-+]?\d+)?|\d+U?)
          | (?<dotted>\.[A-Za-z_0-9]\w*(?:::\w+)*)
          | (?<text>"[^"\n]*")
          | (?<symbol>[-+{}()\[\],;:<>=@!|~*])
        )
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
