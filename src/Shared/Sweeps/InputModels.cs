namespace AttnSweep.Sweeps;

/// <summary>The input models that a sweep may name.</summary>
public static class InputModels
{
    /// <summary>Q and K drawn independently of each other.</summary>
    public const string Independent = "independent";

    /// <summary>One X is drawn; Q = K = X.</summary>
    public const string Shared = "shared";

    /// <summary>One X is drawn and, per head, a d x d matrix W of given Frobenius norm; Q = X W and K = X, so that the scores are X W X^T / sqrt(d).</summary>
    public const string Xwx = "xwx";

    /// <summary>Q, K and V are read from a safetensors file.</summary>
    public const string File = "file";

    public static IReadOnlyList<string> All { get; } = [Independent, Shared, Xwx, File];

    /// <summary>Options that a model takes, as axes; <c>file</c> is no axis and belongs to the model of that name.</summary>
    public static IReadOnlyList<Axis> OptionsOf(string model) => model switch
    {
        File => [Axis.DType],
        Xwx => Options,
        _ => [.. Options.Where(option => option != Axis.Norm)],
    };

    /// <summary>All options, in the order of <see cref="Axis"/>.</summary>
    public static IReadOnlyList<Axis> Options { get; } =
        [Axis.Norm, Axis.LayerNorm, Axis.MeanV, Axis.Rho, Axis.RhoD, Axis.Nu, Axis.Outliers, Axis.OutlierScale, Axis.DType];
}
