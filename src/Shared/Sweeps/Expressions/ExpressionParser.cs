namespace AttnSweep.Sweeps.Expressions;

/// <summary>
/// Recursive descent over
/// <code>
/// either     := both ("or" both)*           both  := not ("and" not)*      not := "not" not | comparison
/// comparison := sum (("&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "==" | "!=") sum)?
/// sum        := product (("+" | "-") product)*       product := signed (("*" | "/" | "%") signed)*
/// signed     := "-" signed | power                   power   := atom ("^" signed)?
/// atom       := number | axis | function "(" either ("," either)* ")" | "(" either ")"
/// </code>
/// Every rule gives a node that is either a number or a condition; operators check which they got.
/// </summary>
internal sealed class ExpressionParser(List<Token> tokens, bool axes)
{
    /// <summary>Flags are conditions; a storage type is neither a number nor a condition.</summary>
    private static readonly Dictionary<string, Axis> Flags = AxisNames.ByName.Where(a => AxisRange.IsFlag(a.Value)).ToDictionary();

    private static readonly Dictionary<string, Axis> Axes =
        AxisNames.ByName.Where(a => !AxisRange.IsFlag(a.Value) && a.Value != Axis.DType).ToDictionary();

    private static readonly string[] Comparisons = ["<", "<=", ">", ">=", "==", "!="];
    private static readonly string[] Words = ["and", "or", "not"];

    private int _at;

    /// <summary>Axes that were mentioned.</summary>
    public HashSet<Axis> Mentioned { get; } = [];

    private Token Current => tokens[_at];

    /// <summary>A <see cref="NumberNode"/> or a <see cref="ConditionNode"/> made of all tokens.</summary>
    public object Whole()
    {
        var node = EitherRule();
        return Current.Kind == TokenKind.End ? node
            : throw new ExpressionException(Current.Offset, Current.Described, "would be an operator such as + or <=, or the end");
    }

    private object EitherRule()
    {
        var node = BothRule();
        while (Word("or") is { } or)
            node = new Either(or.Offset, Condition(node, or), Condition(BothRule(), or));
        return node;
    }

    private object BothRule()
    {
        var node = NotRule();
        while (Word("and") is { } and)
            node = new Both(and.Offset, Condition(node, and), Condition(NotRule(), and));
        return node;
    }

    private object NotRule() => Word("not") is { } not ? new Not(not.Offset, Condition(NotRule(), not)) : ComparisonRule();

    private object ComparisonRule()
    {
        var left = SumRule();
        if (Symbol(Comparisons) is not { } sign)
            return left;
        var node = new Comparison(sign.Offset, sign.Text, Number(left, sign), Number(SumRule(), sign));
        return Symbol(Comparisons) is not { } second ? node
            : throw new ExpressionException(second.Offset, $"a second comparison {second.Described}", "would be two comparisons joined by 'and'");
    }

    private object SumRule()
    {
        var node = ProductRule();
        while (Symbol("+", "-") is { } sign)
            node = new Arithmetic(sign.Offset, sign.Text[0], Number(node, sign), Number(ProductRule(), sign));
        return node;
    }

    private object ProductRule()
    {
        var node = SignedRule();
        while (Symbol("*", "/", "%") is { } sign)
            node = new Arithmetic(sign.Offset, sign.Text[0], Number(node, sign), Number(SignedRule(), sign));
        return node;
    }

    private object SignedRule() => Symbol("-") is { } minus ? new Negation(minus.Offset, Number(SignedRule(), minus)) : PowerRule();

    private object PowerRule()
    {
        var node = AtomRule();
        return Symbol("^") is { } sign ? new Arithmetic(sign.Offset, '^', Number(node, sign), Number(SignedRule(), sign)) : node;
    }

    private object AtomRule()
    {
        var token = Current;
        if (token.Kind == TokenKind.Number)
        {
            _at++;
            return new Literal(token.Offset, token.Number);
        }

        if (token.Kind == TokenKind.Name && !Words.Contains(token.Text))
        {
            _at++;
            return Symbol("(") is not null ? CallRule(token) : NameRule(token);
        }

        if (Symbol("(") is null)
            throw new ExpressionException(token.Offset, token.Described, $"would be a number, {(axes ? "an axis such as n, " : "")}a function or '('");
        var inner = EitherRule();
        Close(token);
        return inner;
    }

    private object NameRule(Token name)
    {
        if (name.Text is "true" or "false")
            return new Constant(name.Offset, name.Text == "true");
        if (Function.ByName.ContainsKey(name.Text))
            throw new ExpressionException(name.Offset, $"the function '{name.Text}' without arguments", $"would be {name.Text}(...)");
        if (!axes)
            throw new ExpressionException(name.Offset, $"the name '{name.Text}'", "would be a number: an axis has fixed values");
        if (Flags.TryGetValue(name.Text, out var flag))
        {
            Mentioned.Add(flag);
            return new Flag(name.Offset, flag);
        }

        if (!Axes.TryGetValue(name.Text, out var axis))
            throw new ExpressionException(name.Offset, $"the unknown name '{name.Text}'", NearestName.Suggest(name.Text, [.. Axes.Keys, .. Flags.Keys]));
        Mentioned.Add(axis);
        return new AxisValue(name.Offset, axis);
    }

    private Call CallRule(Token name)
    {
        if (!Function.ByName.TryGetValue(name.Text, out var function))
            throw new ExpressionException(name.Offset, $"the unknown function '{name.Text}'", NearestName.Suggest(name.Text, [.. Function.ByName.Keys]));
        var arguments = new List<NumberNode>();
        if (!(Current.Kind == TokenKind.Symbol && Current.Text == ")"))
        {
            do
                arguments.Add(Number(EitherRule(), name));
            while (Symbol(",") is not null);
        }

        Close(name);
        if (arguments.Count < function.Fewest || arguments.Count > function.Most)
        {
            var right = function.Fewest == function.Most ? $"{function.Fewest}" : $"{function.Fewest} to {function.Most}";
            throw new ExpressionException(name.Offset, $"{function.Name} with {arguments.Count} arguments", $"{function.Name} takes {right}");
        }

        return new Call(name.Offset, function, arguments);
    }

    private void Close(Token opened)
    {
        if (Symbol(")") is null)
            throw new ExpressionException(Current.Offset, Current.Described, $"would be ')' for the parenthesis that {opened.Described} opens");
    }

    private static NumberNode Number(object node, Token user) => node as NumberNode
        ?? throw new ExpressionException(((ConditionNode)node).Offset, $"a condition as an operand of {user.Described}", "would be a number");

    private static ConditionNode Condition(object node, Token user) => node as ConditionNode
        ?? throw new ExpressionException(((NumberNode)node).Offset, $"a number as an operand of {user.Described}", "would be a condition such as n <= 4096");

    private Token? Word(string word) => Current.Kind == TokenKind.Name && Current.Text == word ? tokens[_at++] : null;

    private Token? Symbol(params ReadOnlySpan<string> symbols)
    {
        if (Current.Kind == TokenKind.Symbol)
        {
            foreach (var symbol in symbols)
            {
                if (Current.Text == symbol)
                    return tokens[_at++];
            }
        }

        return null;
    }
}
