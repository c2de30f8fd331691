namespace AttnSweep.Sweeps.Expressions;

/// <summary>
/// A formula of a sweep file over the axes: a number such as <c>ceil(n/16)</c> or a condition such as <c>n * d &lt;= 65536</c>.
/// Immutable, without side effects; grammar in docs/sweep-files.md.
/// </summary>
public sealed class Expression
{
    /// <summary>Bounds the depth of the tree, which is walked recursively.</summary>
    public const int MaxLength = 1000;

    private readonly NumberNode? _number;
    private readonly ConditionNode? _condition;

    private Expression(string text, object node, IReadOnlySet<Axis> mentioned)
    {
        Text = text;
        _number = node as NumberNode;
        _condition = node as ConditionNode;
        Mentioned = mentioned;
    }

    public static IReadOnlyCollection<string> FunctionNames { get; } = [.. Function.ByName.Keys];

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Axes whose values the result depends on.</summary>
    public IReadOnlySet<Axis> Mentioned { get; }

    /// <summary>An expression that is worth a number.</summary>
    /// <param name="axes">Whether it may name axes.</param>
    public static Expression? ReadNumber(string text, bool axes, out ExpressionMistake? mistake)
    {
        var expression = Read(text, axes, out mistake);
        if (expression?._condition is not { } condition)
            return expression;
        mistake = new ExpressionMistake(condition.Offset, "a condition", "would be a number");
        return null;
    }

    /// <summary>An expression that is true or false.</summary>
    public static Expression? ReadCondition(string text, out ExpressionMistake? mistake)
    {
        var expression = Read(text, axes: true, out mistake);
        if (expression?._number is null)
            return expression;
        mistake = new ExpressionMistake(0, $"the number {text.Trim()}", "would be a condition such as n <= 4096");
        return null;
    }

    /// <summary>Its value, finite, or null and the mistake.</summary>
    public double? Value(in AxisPoint point, out ExpressionMistake? mistake)
    {
        mistake = null;
        try
        {
            return (_number ?? throw new InvalidOperationException($"{Text} is a condition")).Value(point);
        }
        catch (ExpressionException e)
        {
            mistake = e.Mistake;
            return null;
        }
    }

    /// <summary>Whether it holds, or null and the mistake.</summary>
    public bool? Holds(in AxisPoint point, out ExpressionMistake? mistake)
    {
        mistake = null;
        try
        {
            return (_condition ?? throw new InvalidOperationException($"{Text} is a number")).Holds(point);
        }
        catch (ExpressionException e)
        {
            mistake = e.Mistake;
            return null;
        }
    }

    public override string ToString() => Text;

    private static Expression? Read(string text, bool axes, out ExpressionMistake? mistake)
    {
        mistake = null;
        if (text.Length > MaxLength)
        {
            mistake = new ExpressionMistake(0, $"an expression of {text.Length} characters", $"would have at most {MaxLength}");
            return null;
        }

        try
        {
            var parser = new ExpressionParser(Tokenizer.Split(text), axes);
            return new Expression(text, parser.Whole(), parser.Mentioned);
        }
        catch (ExpressionException e)
        {
            mistake = e.Mistake;
            return null;
        }
    }
}
