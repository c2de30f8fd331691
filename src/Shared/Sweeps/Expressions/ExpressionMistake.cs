namespace AttnSweep.Sweeps.Expressions;

/// <summary>What is wrong with an expression, when it is read or when it is evaluated.</summary>
/// <param name="Offset">0-based position in the expression's text.</param>
/// <param name="Found">What is there.</param>
/// <param name="Expected">What would be right.</param>
public sealed record ExpressionMistake(int Offset, string Found, string Expected);

/// <summary>Carries a mistake out of the depth of an expression; <see cref="Expression"/> catches it.</summary>
internal sealed class ExpressionException(ExpressionMistake mistake) : Exception(mistake.Found)
{
    public ExpressionException(int offset, string found, string expected)
        : this(new ExpressionMistake(offset, found, expected))
    {
    }

    public ExpressionMistake Mistake { get; } = mistake;
}
