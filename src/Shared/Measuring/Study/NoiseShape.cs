namespace AttnSweep.Measuring.Study;

/// <summary>How simulated samples scatter.</summary>
public enum NoiseShape
{
    /// <summary>Independent normal samples.</summary>
    Normal,

    /// <summary>Now and then a sample many times as long (Pareto), and levels of trials by Student's t with 3 degrees of freedom.</summary>
    HeavyTail,

    /// <summary>Two modes 8 % apart; how often the slow one is hit differs from trial to trial.</summary>
    Bimodal,

    /// <summary>Every series slopes by up to 1 % either way, and a run's later trials are slower than its first.</summary>
    Drift,

    /// <summary>Each sample leans on the one before (first order, 0.9): a series holds much less information than it has samples.</summary>
    Autocorrelated,
}

/// <summary>The fixed names of shapes in reports.</summary>
public static class NoiseShapeNames
{
    public static string Name(this NoiseShape shape) => shape switch
    {
        NoiseShape.Normal => "normal",
        NoiseShape.HeavyTail => "heavy-tail",
        NoiseShape.Bimodal => "bimodal",
        NoiseShape.Drift => "drift",
        NoiseShape.Autocorrelated => "autocorrelated",
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Not a shape."),
    };
}
