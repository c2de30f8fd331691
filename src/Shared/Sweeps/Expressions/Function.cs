namespace AttnSweep.Sweeps.Expressions;

/// <summary>A function that expressions may call.</summary>
/// <param name="Fewest">Fewest arguments.</param>
/// <param name="Most">Most arguments.</param>
internal sealed record Function(string Name, int Fewest, int Most, Func<double[], double> Apply)
{
    public static IReadOnlyDictionary<string, Function> ByName { get; } = new[]
    {
        Of("ceil", Math.Ceiling),
        Of("floor", Math.Floor),
        Of("round", x => Math.Round(x, MidpointRounding.AwayFromZero)),
        Of("ln", Math.Log),
        Of("log2", Math.Log2),
        Of("sqrt", Math.Sqrt),
        Of("exp", Math.Exp),
        Of("abs", Math.Abs),
        new Function("pow", 2, 2, a => Math.Pow(a[0], a[1])),
        new Function("min", 2, 16, a => a.Min()),
        new Function("max", 2, 16, a => a.Max()),
    }.ToDictionary(f => f.Name);

    private static Function Of(string name, Func<double, double> apply) => new(name, 1, 1, a => apply(a[0]));
}
