using System.Collections.Immutable;

namespace AttnSweep.PtxInterpreter.Syntax;

/// <summary>Reads the body of a function.</summary>
internal sealed class StatementParser(TokenReader tokens)
{
    private readonly ImmutableArray<StatementSyntax>.Builder _statements = ImmutableArray.CreateBuilder<StatementSyntax>();

    public ImmutableArray<StatementSyntax> Body()
    {
        tokens.Expect("{");
        var depth = 1;
        while (depth > 0)
        {
            var line = tokens.Next.Line;
            if (tokens.TryTake("{"))
            {
                depth++;
                _statements.Add(new ScopeSyntax(line, true));
            }
            else if (tokens.TryTake("}"))
            {
                depth--;
                if (depth > 0)
                    _statements.Add(new ScopeSyntax(line, false));
            }
            else
            {
                Statement();
            }
        }

        return _statements.ToImmutable();
    }

    private void Statement()
    {
        var token = tokens.Next;
        if (token.Kind == TokenKind.Dotted)
        {
            Directive(token);
        }
        else if (token.Kind == TokenKind.Word && tokens.After.Is(":"))
        {
            tokens.Take();
            tokens.Take();
            _statements.Add(new LabelSyntax(token.Line, token.Text));
        }
        else
        {
            Instruction();
        }
    }

    private void Directive(Token token)
    {
        tokens.Take();
        if (token.Text == "branchtargets")
        {
            var targets = ImmutableArray.CreateBuilder<string>();
            do
                targets.Add(tokens.Word());
            while (tokens.TryTake(","));
            _statements.Add(new BranchTargetsSyntax(token.Line, targets.ToImmutable()));
        }
        else if (token.Text == "pragma")
        {
            tokens.Take();
        }
        else if (token.Text == "reg")
        {
            var type = tokens.Type();
            var registers = ImmutableArray.CreateBuilder<RegisterSyntax>();
            do
            {
                var name = tokens.Word();
                int? count = null;
                if (tokens.TryTake("<"))
                {
                    count = (int)tokens.Integer();
                    tokens.Expect(">");
                }

                registers.Add(new RegisterSyntax(token.Line, type, name, count));
            }
            while (tokens.TryTake(","));
            _statements.Add(new DeclarationSyntax(token.Line, [], registers.ToImmutable()));
        }
        else if (PtxTypes.Space(token.Text) is { } space)
        {
            _statements.Add(new DeclarationSyntax(token.Line, [PtxParser.Variable(tokens, token.Line, space)], []));
        }
        else
        {
            throw new PtxException(token.Line, $"unknown directive {token}");
        }

        tokens.Expect(";");
    }

    private void Instruction()
    {
        var line = tokens.Next.Line;
        string? guard = null;
        var negated = false;
        if (tokens.TryTake("@"))
        {
            negated = tokens.TryTake("!");
            guard = tokens.Word();
        }

        if (tokens.Next.Kind != TokenKind.Word)
            throw tokens.Unexpected("an instruction");
        line = tokens.Next.Line;
        var opcode = tokens.Take().Text;
        var modifiers = ImmutableArray.CreateBuilder<string>();
        while (tokens.Next.Kind == TokenKind.Dotted)
            modifiers.Add(tokens.Take().Text);
        var operands = ImmutableArray.CreateBuilder<OperandSyntax>();
        while (!tokens.TryTake(";"))
        {
            if (operands.Count > 0)
                tokens.Expect(",");
            operands.Add(Operand());
        }

        _statements.Add(new InstructionSyntax(line, guard, negated, opcode, modifiers.ToImmutable(), operands.ToImmutable()));
    }

    private OperandSyntax Operand()
    {
        if (tokens.TryTake("{"))
            return new VectorOperand(Elements("}", Simple));
        if (tokens.TryTake("("))
            return new ListOperand(Elements(")", tokens.Name));
        if (tokens.TryTake("["))
            return Address();
        if (tokens.TryTake("!"))
            return new NotOperand(tokens.Name());
        var first = Simple();
        return tokens.TryTake("|") ? new PairOperand(first, Simple()) : first;
    }

    private ImmutableArray<T> Elements<T>(string end, Func<T> one)
    {
        var elements = ImmutableArray.CreateBuilder<T>();
        while (!tokens.TryTake(end))
        {
            if (elements.Count > 0)
                tokens.Expect(",");
            elements.Add(one());
        }

        return elements.ToImmutable();
    }

    private OperandSyntax Simple()
    {
        if (tokens.Next.Is("-"))
            return new IntegerOperand(tokens.Integer());
        if (tokens.Next.Kind == TokenKind.Number)
            return TokenReader.Parse(tokens.Take().Text);
        if (tokens.Next.Kind == TokenKind.Word)
            return new NameOperand(tokens.Name());
        throw tokens.Unexpected("an operand");
    }

    private AddressOperand Address()
    {
        var name = tokens.Next.Kind == TokenKind.Word ? tokens.Name() : null;
        long offset = 0;
        if (name is null || tokens.TryTake("+") || tokens.Next.Is("-"))
            offset = tokens.Integer();
        tokens.Expect("]");
        return new AddressOperand(name, offset);
    }
}
