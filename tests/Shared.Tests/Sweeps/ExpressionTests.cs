using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.Shared.Tests.Sweeps;

public sealed class ExpressionTests
{
    private static readonly AxisPoint Point = new(N: 1024, D: 64, Sigma: 1.5, Heads: 8, Causal: false, Seed: 7);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1.5e2", 150)]
    [InlineData(".5", 0.5)]
    [InlineData("1e-3", 1e-3)]
    [InlineData("n/16", 64)]
    [InlineData(" n / d ", 16)]
    [InlineData("sigma * heads + seed", 19)]
    [InlineData("2 + 3 * 4", 14)]
    [InlineData("(2 + 3) * 4", 20)]
    [InlineData("10 - 4 - 3", 3)]
    [InlineData("64 / 4 / 2", 8)]
    [InlineData("2^3^2", 512)]
    [InlineData("-2^2", -4)]
    [InlineData("2^-1", 0.5)]
    [InlineData("--3", 3)]
    [InlineData("2 * -3", -6)]
    [InlineData("n^0.5", 32)]
    [InlineData("7 % 4", 3)]
    [InlineData("-1 % 4", 3)]
    [InlineData("ceil(ln(n))", 7)]
    [InlineData("floor(7.9) + round(2.5) + abs(-1)", 11)]
    [InlineData("log2(n) + sqrt(d) + exp(0)", 19)]
    [InlineData("min(n, d, 10) + max(1, 2) + pow(2, 3)", 20)]
    public void A_formula_has_its_value(string text, double expected)
    {
        var formula = Expression.ReadNumber(text, axes: true, out var mistake);

        Assert.Null(mistake);
        Assert.Equal(expected, formula!.Value(Point, out mistake)!.Value, 1e-12);
        Assert.Null(mistake);
    }

    [Theory]
    [InlineData("n * d <= 65536", true)]
    [InlineData("n < 1024", false)]
    [InlineData("n >= 1024 and d > 64", false)]
    [InlineData("n >= 1024 or d > 64 and false", true)]
    [InlineData("not n == 1024", false)]
    [InlineData("not (n == 1024 and d == 1)", true)]
    [InlineData("n != 1024 or not causal", true)]
    [InlineData("causal", false)]
    [InlineData("n % 2 + 1 == 1", true)]
    [InlineData("(n + 1) * 2 > 3", true)]
    public void A_condition_holds_or_not(string text, bool expected)
    {
        var condition = Expression.ReadCondition(text, out var mistake);

        Assert.Null(mistake);
        Assert.Equal(expected, condition!.Holds(Point, out _));
    }

    [Theory]
    [InlineData("d != 64 and 1 / (d - 64) > 0", false)]
    [InlineData("d == 64 or 1 / (d - 64) > 0", true)]
    public void What_cannot_matter_is_not_computed(string text, bool expected) =>
        Assert.Equal(expected, Expression.ReadCondition(text, out _)!.Holds(Point, out _));

    [Theory]
    [InlineData("", 0, "the end")]
    [InlineData("n/", 2, "the end")]
    [InlineData("n 16", 2, "'16'")]
    [InlineData("(n", 2, "the end")]
    [InlineData("n)", 1, "')'")]
    [InlineData("2n", 0, "'2n'")]
    [InlineData("1.5.2", 0, "'1.5.'")]
    [InlineData("1e999", 0, "the number 1e999, which is too large")]
    [InlineData("n ** 2", 2, "'**'")]
    [InlineData("n $ 2", 2, "the character '$'")]
    [InlineData("n + m", 4, "the unknown name 'm'")]
    [InlineData("sqr(n)", 0, "the unknown function 'sqr'")]
    [InlineData("n + ln", 4, "the function 'ln' without arguments")]
    [InlineData("n + ln(n, d)", 4, "ln with 2 arguments")]
    [InlineData("min(n)", 0, "min with 1 arguments")]
    [InlineData("min()", 0, "min with 0 arguments")]
    [InlineData("n + (d < 3)", 7, "a condition as an operand of '+'")]
    [InlineData("n < 3", 2, "a condition")]
    [InlineData("not n", 4, "a number as an operand of 'not'")]
    [InlineData("and", 0, "'and'")]
    public void A_formula_that_is_none_is_refused_at_its_place(string text, int offset, string found)
    {
        Assert.Null(Expression.ReadNumber(text, axes: true, out var mistake));
        Assert.Equal((offset, found), (mistake!.Offset, mistake.Found));
    }

    [Theory]
    [InlineData("sqr(n)", "did you mean 'sqrt'?")]
    [InlineData("sigam", "did you mean 'sigma'?")]
    [InlineData("Sigma", "did you mean 'sigma'?")]
    [InlineData("n ** 2", "would be '^' for a power")]
    [InlineData("2n", "a number times a name would be 2*n")]
    public void The_advice_names_what_was_probably_meant(string text, string expected)
    {
        Expression.ReadNumber(text, axes: true, out var mistake);
        Assert.Equal(expected, mistake!.Expected);
    }

    [Theory]
    [InlineData("1 + n / (d - 64)", 6)]
    [InlineData("n % (d - 64)", 2)]
    [InlineData("2 * ln(d - 64)", 4)]
    [InlineData("1 + sqrt(-n)", 4)]
    [InlineData("n + exp(n)", 4)]
    [InlineData("2 * 10^400", 6)]
    [InlineData("1 + (0 - n)^0.5", 11)]
    public void A_value_that_is_not_finite_is_a_mistake_where_it_arises(string text, int offset)
    {
        Assert.Null(Expression.ReadNumber(text, axes: true, out _)!.Value(Point, out var mistake));
        Assert.Equal(offset, mistake!.Offset);
        Assert.EndsWith("at n = 1024, d = 64, sigma = 1.5, seed = 7", mistake.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_formula_knows_the_axes_it_depends_on() =>
        Assert.Equal([Axis.N, Axis.Seed], Expression.ReadNumber("n + 2 * min(seed, 3)", axes: true, out _)!.Mentioned.Order());

    [Fact]
    public void An_axis_has_no_name_in_its_own_values() =>
        Assert.Null(Expression.ReadNumber("n + 1", axes: false, out _));
}
