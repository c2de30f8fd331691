namespace AttnSweep.Sweeps.Expressions;

/// <summary>A node that is worth a number. <paramref name="Offset"/> is where a non-finite result is reported.</summary>
internal abstract record NumberNode(int Offset)
{
    public abstract double Value(in AxisPoint point);
}

internal sealed record Literal(int Offset, double Number) : NumberNode(Offset)
{
    public override double Value(in AxisPoint point) => Number;
}

internal sealed record AxisValue(int Offset, Axis Axis) : NumberNode(Offset)
{
    public override double Value(in AxisPoint point) => point[Axis];
}

internal sealed record Negation(int Offset, NumberNode Inner) : NumberNode(Offset)
{
    public override double Value(in AxisPoint point) => -Inner.Value(point);
}

internal sealed record Arithmetic(int Offset, char Operator, NumberNode Left, NumberNode Right) : NumberNode(Offset)
{
    public override double Value(in AxisPoint point)
    {
        var (left, right) = (Left.Value(point), Right.Value(point));
        if (right == 0 && Operator is ('/' or '%'))
            throw new ExpressionException(Offset, $"division by zero{point.Where}", "would be a divisor that is not 0");
        var value = Operator switch
        {
            '+' => left + right,
            '-' => left - right,
            '*' => left * right,
            '/' => left / right,
            '%' => left - right * Math.Floor(left / right),
            _ => Math.Pow(left, right),
        };
        return double.IsFinite(value)
            ? value
            : throw new ExpressionException(Offset, $"{Numbers.Text(left)} {Operator} {Numbers.Text(right)} has no finite value{point.Where}", "would be a finite number");
    }
}

internal sealed record Call(int Offset, Function Function, IReadOnlyList<NumberNode> Arguments) : NumberNode(Offset)
{
    public override double Value(in AxisPoint point)
    {
        var arguments = new double[Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = Arguments[i].Value(point);
        var value = Function.Apply(arguments);
        return double.IsFinite(value)
            ? value
            : throw new ExpressionException(
                Offset, $"{Function.Name}({string.Join(", ", arguments.Select(Numbers.Text))}) has no finite value{point.Where}", "would be a finite number");
    }
}

/// <summary>A node that is true or false.</summary>
internal abstract record ConditionNode(int Offset)
{
    public abstract bool Holds(in AxisPoint point);
}

internal sealed record Flag(int Offset, Axis Axis) : ConditionNode(Offset)
{
    public override bool Holds(in AxisPoint point) => point[Axis] != 0;
}

internal sealed record Constant(int Offset, bool Truth) : ConditionNode(Offset)
{
    public override bool Holds(in AxisPoint point) => Truth;
}

internal sealed record Not(int Offset, ConditionNode Inner) : ConditionNode(Offset)
{
    public override bool Holds(in AxisPoint point) => !Inner.Holds(point);
}

internal sealed record Both(int Offset, ConditionNode Left, ConditionNode Right) : ConditionNode(Offset)
{
    public override bool Holds(in AxisPoint point) => Left.Holds(point) && Right.Holds(point);
}

internal sealed record Either(int Offset, ConditionNode Left, ConditionNode Right) : ConditionNode(Offset)
{
    public override bool Holds(in AxisPoint point) => Left.Holds(point) || Right.Holds(point);
}

internal sealed record Comparison(int Offset, string Operator, NumberNode Left, NumberNode Right) : ConditionNode(Offset)
{
    public override bool Holds(in AxisPoint point)
    {
        var (left, right) = (Left.Value(point), Right.Value(point));
        return Operator switch
        {
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            ">=" => left >= right,
            "==" => left == right,
            _ => left != right,
        };
    }
}
