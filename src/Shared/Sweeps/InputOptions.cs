using System.Text.Json.Serialization;

namespace AttnSweep.Sweeps;

/// <summary>
/// What makes an input beside its model, shape, sigma and seed; part of its identity. Entries of Q and K (of X, where they are made of it)
/// are drawn, correlated along the sequence, then across the dimensions, layer-normalised, multiplied by sigma, and the outlier
/// channels scaled, in this order. V is drawn by itself.
/// </summary>
public sealed record InputOptions
{
    public static InputOptions None { get; } = new();

    /// <summary>Frobenius norm of each head's W; 0 for models without one.</summary>
    public double Norm { get; init; }

    /// <summary>Each row gets mean 0 and variance 1, without gain and bias.</summary>
    public bool LayerNorm { get; init; }

    /// <summary>Mean of the entries of V.</summary>
    public double MeanV { get; init; }

    /// <summary>Correlation of neighbouring rows of a column: AR(1) along the sequence.</summary>
    public double Rho { get; init; }

    /// <summary>Correlation of neighbouring entries of a row: AR(1) across the dimensions.</summary>
    public double RhoD { get; init; }

    /// <summary>Degrees of freedom of Student's t, scaled to variance 1; 0 for normal entries.</summary>
    public double Nu { get; init; }

    /// <summary>Channels 0 to outliers - 1 are multiplied by <see cref="OutlierScale"/>.</summary>
    public int Outliers { get; init; }

    public double OutlierScale { get; init; } = 1;

    /// <summary>What Q, K and V are rounded to before anything sees them; one of <see cref="StorageTypes"/>. Computation stays float32.</summary>
    [JsonPropertyName("dtype")]
    public string DType { get; init; } = StorageTypes.Full;

    /// <summary>The safetensors file, as the worker finds it; null unless the model is <see cref="InputModels.File"/>.</summary>
    public string? FilePath { get; init; }

    /// <summary>SHA-256 of that file, 64 lower-case hexadecimal digits.</summary>
    public string? FileSha256 { get; init; }
}

/// <summary>Number types that tensors may be stored in.</summary>
public static class StorageTypes
{
    public const string Full = "float32";
    public const string Half = "float16";
    public const string Brain = "bfloat16";

    /// <summary>In the order of the numbers that stand for them on an axis.</summary>
    public static IReadOnlyList<string> All { get; } = [Full, Half, Brain];
}
