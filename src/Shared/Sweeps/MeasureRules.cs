namespace AttnSweep.Sweeps;

/// <summary>
/// How cells are timed (measuring rules of a sweep). Stored with every result that they governed.
/// </summary>
/// <param name="Preset">The named preset that these numbers started from: quick, standard or careful.</param>
/// <param name="Trials">Series of samples per cell, in random interleaved order across the shard.</param>
/// <param name="MinSamples">A series has at least this many samples.</param>
/// <param name="MaxSamples">A series has at most this many samples.</param>
/// <param name="MinSeconds">A series lasts at least this long, unless <paramref name="MaxSamples"/> comes first.</param>
/// <param name="MaxSeconds">A series ends after this long, whatever its interval is.</param>
/// <param name="RelativeHalfWidth">Converged when the half width of the median's interval is at most this share of the median.</param>
/// <param name="Confidence">Confidence of the median's order-statistic interval, e.g. 0.99.</param>
/// <param name="WarmUpLaunches">Untimed launches before each series, at least.</param>
/// <param name="WarmUpSeconds">Untimed time before each series, at least.</param>
/// <param name="VerifyRows">Rows per head that are checked against the double reference; all rows where n is smaller.</param>
public sealed record MeasureRules(
    string Preset, int Trials, int MinSamples, int MaxSamples, double MinSeconds, double MaxSeconds,
    double RelativeHalfWidth, double Confidence, int WarmUpLaunches, double WarmUpSeconds, int VerifyRows)
{
    /// <summary>For a first look: about a tenth of a second per cell.</summary>
    public static MeasureRules Quick { get; } = new("quick", 2, 8, 200, 0.015, 0.5, 0.02, 0.95, 2, 0.005, 256);

    /// <summary>For nights and comparisons.</summary>
    public static MeasureRules Standard { get; } = new("standard", 3, 30, 1000, 0.1, 15, 0.005, 0.99, 3, 0.025, 256);

    /// <summary>For claims.</summary>
    public static MeasureRules Careful { get; } = new("careful", 5, 50, 1000, 0.5, 30, 0.0025, 0.99, 10, 0.1, 512);

    public static IReadOnlyDictionary<string, MeasureRules> Presets { get; } =
        new Dictionary<string, MeasureRules> { ["quick"] = Quick, ["standard"] = Standard, ["careful"] = Careful };
}

/// <summary>How the sparsity of an input is measured.</summary>
/// <param name="Rows">Query rows sampled per input (all rows where heads x n is smaller).</param>
public sealed record SparsityRules(int Rows);
