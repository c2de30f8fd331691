namespace AttnSweep.Sweeps;

/// <summary>What a sweep varies, in the order in which points are listed: seed runs fastest.</summary>
public enum Axis
{
    N,
    D,
    Sigma,
    Heads,
    Causal,
    Norm,
    LayerNorm,
    MeanV,
    Rho,
    RhoD,
    Nu,
    Outliers,
    OutlierScale,
    DType,
    Seed,
}

/// <summary>Axes as sweep files, formulas and the store call them.</summary>
public static class AxisNames
{
    private static readonly string[] Names =
        ["n", "d", "sigma", "heads", "causal", "norm", "layer_norm", "mean_v", "rho", "rho_d", "nu", "outliers", "outlier_scale", "dtype", "seed"];

    public static IReadOnlyDictionary<string, Axis> ByName { get; } = Enum.GetValues<Axis>().ToDictionary(axis => Names[(int)axis]);

    public static string Of(Axis axis) => Names[(int)axis];

    /// <summary>The value of an axis that a sweep says nothing of; n, d and sigma have none.</summary>
    public static double Usual(Axis axis) => axis is Axis.Heads or Axis.OutlierScale or Axis.Seed ? 1 : 0;
}

/// <summary>One point of a sweep's grid.</summary>
public readonly record struct AxisPoint(int N, int D, double Sigma, int Heads, bool Causal, long Seed)
{
    /// <summary>Stands for the axes where there are none: in the values of an axis itself.</summary>
    public static AxisPoint None { get; }

    public string Model { get; init; } = InputModels.Independent;

    public InputOptions Options { get; init; } = InputOptions.None;

    public double this[Axis axis] => axis switch
    {
        Axis.N => N,
        Axis.D => D,
        Axis.Sigma => Sigma,
        Axis.Heads => Heads,
        Axis.Causal => Causal ? 1 : 0,
        Axis.Norm => Options.Norm,
        Axis.LayerNorm => Options.LayerNorm ? 1 : 0,
        Axis.MeanV => Options.MeanV,
        Axis.Rho => Options.Rho,
        Axis.RhoD => Options.RhoD,
        Axis.Nu => Options.Nu,
        Axis.Outliers => Options.Outliers,
        Axis.OutlierScale => Options.OutlierScale,
        Axis.DType => IndexOf(Options.DType),
        _ => Seed,
    };

    public InputSpec Input => new(Model, Heads, N, D, Sigma, Seed, Causal) { Options = Options };

    /// <summary>
    /// The same input in one form only: a file holds no randomness, so its seed is 0; outlier channels of scale 1 are none.
    /// </summary>
    public AxisPoint Canonical()
    {
        var point = Model == InputModels.File ? this with { Seed = 0 } : this;
        return point.Options is { Outliers: 0, OutlierScale: not 1 } or { Outliers: > 0, OutlierScale: 1 }
            ? point with { Options = point.Options with { Outliers = 0, OutlierScale = 1 } }
            : point;
    }

    /// <summary>The point for the end of a sentence.</summary>
    public string Where => N == 0 ? "" : $" at n = {N}, d = {D}, sigma = {Numbers.Text(Sigma)}, seed = {Seed}";

    private static int IndexOf(string dtype)
    {
        for (var i = 0; i < StorageTypes.All.Count; i++)
        {
            if (StorageTypes.All[i] == dtype)
                return i;
        }

        return -1;
    }
}
