using System.Buffers.Binary;
using System.Collections.Immutable;

namespace AttnSweep.PtxInterpreter.Syntax;

/// <summary>Reads a module: directives, variables and functions.</summary>
internal sealed class PtxParser
{
    private readonly TokenReader _tokens;
    private readonly List<VariableSyntax> _variables = [];
    private readonly List<FunctionSyntax> _functions = [];
    private string? _version;
    private string? _target;

    private PtxParser(string text) => _tokens = new TokenReader(PtxLexer.Read(text));

    /// <exception cref="PtxException">The text is not a PTX module.</exception>
    public static ModuleSyntax Parse(string text) => new PtxParser(text).Module();

    private ModuleSyntax Module()
    {
        while (_tokens.Next.Kind != TokenKind.End)
            TopLevel();
        if (_version is null || _target is null)
            throw new PtxException(1, $"a module begins with .version and .target; {(_version is null ? ".version" : ".target")} is missing");
        return new ModuleSyntax(_version, _target, [.. _variables], [.. _functions]);
    }

    private void TopLevel()
    {
        var linkage = false;
        var isExtern = false;
        while (_tokens.Next.Kind == TokenKind.Dotted && _tokens.Next.Text is "visible" or "extern" or "weak")
        {
            linkage = true;
            isExtern |= _tokens.Take().Text == "extern";
        }

        var token = _tokens.Take();
        if (token.Kind != TokenKind.Dotted)
            throw new PtxException(token.Line, $"expected a directive, found {token}");
        switch (token.Text)
        {
            case "version" when !linkage:
                _version = _tokens.Take().Text;
                break;
            case "target" when !linkage:
                _target = _tokens.Word();
                while (_tokens.TryTake(","))
                    _tokens.Word();
                break;
            case "address_size" when !linkage:
                if (_tokens.Integer() is var bits && bits != 64)
                    throw new PtxException(token.Line, $"addresses of {bits} bits; only 64 are supported");
                break;
            case "entry" or "func":
                Function(token, isExtern);
                break;
            default:
                if (PtxTypes.Space(token.Text) is not (StateSpace.Global or StateSpace.Const or StateSpace.Shared))
                    throw new PtxException(token.Line, $"unknown directive {token}");
                _variables.Add(Variable(_tokens, token.Line, PtxTypes.Space(token.Text)!.Value));
                _tokens.Expect(";");
                break;
        }
    }

    private void Function(Token directive, bool isExtern)
    {
        var isEntry = directive.Text == "entry";
        var results = !isEntry && _tokens.Next.Is("(") ? Parameters() : [];
        var name = _tokens.Word();
        var parameters = _tokens.Next.Is("(") ? Parameters() : [];
        // Hints to the assembler: nothing here depends on them.
        while (_tokens.Next.Kind == TokenKind.Dotted && _tokens.Next.Text is "maxntid" or "minnctapersm" or "maxnreg" or "reqntid" or "noreturn")
        {
            _tokens.Take();
            while (_tokens.Next.Kind == TokenKind.Number || _tokens.Next.Is(","))
                _tokens.Take();
        }

        if (_tokens.TryTake(";"))
        {
            if (isExtern)
                throw new PtxException(directive.Line, $"external function {name}: a driver would not find it either");
            return;
        }

        var body = new StatementParser(_tokens).Body();
        if (_functions.Any(f => f.Name == name))
            throw new PtxException(directive.Line, $"function {name} is defined twice");
        _functions.Add(new FunctionSyntax(directive.Line, name, isEntry, results, parameters, body));
    }

    private ImmutableArray<VariableSyntax> Parameters()
    {
        var list = ImmutableArray.CreateBuilder<VariableSyntax>();
        _tokens.Expect("(");
        while (!_tokens.TryTake(")"))
        {
            if (list.Count > 0)
                _tokens.Expect(",");
            if (!_tokens.TryTakeDotted("param"))
                throw _tokens.Unexpected("'.param'");
            list.Add(Variable(_tokens, _tokens.Next.Line, StateSpace.Param));
        }

        return list.ToImmutable();
    }

    /// <summary>What follows the state space: <c>.align 4 .b8 name[16] = {…}</c>.</summary>
    public static VariableSyntax Variable(TokenReader tokens, int line, StateSpace space)
    {
        int? align = null;
        var lanes = 1;
        while (tokens.Next.Kind == TokenKind.Dotted && tokens.Next.Text is "align" or "v2" or "v4" or "ptr" or "global")
        {
            switch (tokens.Take().Text)
            {
                case "align":
                    align = (int)tokens.Integer();
                    break;
                case "v2":
                    lanes = 2;
                    break;
                case "v4":
                    lanes = 4;
                    break;
            }
        }

        var type = tokens.Type();
        var name = tokens.Word();
        long count = 1;
        var isOpen = false;
        while (tokens.TryTake("["))
        {
            isOpen |= tokens.Next.Is("]");
            count *= tokens.Next.Is("]") ? 0 : tokens.Integer();
            tokens.Expect("]");
        }

        var initial = tokens.TryTake("=") ? Initial(tokens, type, ref count, isOpen) : null;
        return new VariableSyntax(line, space, type, lanes, name, align ?? Math.Max(1, type.Size() * lanes), count, isOpen && initial is null, initial);
    }

    private static byte[] Initial(TokenReader tokens, PtxType type, ref long count, bool isOpen)
    {
        var values = new List<OperandSyntax>();
        if (tokens.TryTake("{"))
        {
            while (!tokens.TryTake("}"))
            {
                if (values.Count > 0)
                    tokens.Expect(",");
                values.Add(Number(tokens));
            }
        }
        else
        {
            values.Add(Number(tokens));
        }

        if (isOpen)
            count = values.Count;
        var bytes = new byte[type.Size() * count];
        Span<byte> whole = stackalloc byte[8];
        for (var i = 0; i < values.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(whole, ImmediateBits.Of(values[i], type));
            whole[..type.Size()].CopyTo(bytes.AsSpan(i * type.Size()));
        }

        return bytes;
    }

    private static OperandSyntax Number(TokenReader tokens) =>
        tokens.Next.Kind == TokenKind.Number && TokenReader.Parse(tokens.Next.Text) is FloatOperand
            ? TokenReader.Parse(tokens.Take().Text)
            : new IntegerOperand(tokens.Integer());
}
