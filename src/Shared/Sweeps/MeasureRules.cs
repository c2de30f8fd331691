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
/// <param name="Regime">burst or sustained, see <see cref="Regimes"/>.</param>
/// <param name="Cache">hot or cold, see <see cref="CacheModes"/>.</param>
/// <param name="FreshProcessTrials">Of the trials, so many (the last ones) are measured by a runner started for them.</param>
/// <param name="DeviceWarmUpSeconds">Untimed launches of the shard's kernels before its first series where the device has been idle.</param>
public sealed record MeasureRules(
    string Preset, int Trials, int MinSamples, int MaxSamples, double MinSeconds, double MaxSeconds,
    double RelativeHalfWidth, double Confidence, int WarmUpLaunches, double WarmUpSeconds, int VerifyRows,
    string Regime = Regimes.Burst, string Cache = CacheModes.Hot, int FreshProcessTrials = 0, double DeviceWarmUpSeconds = 0)
{
    /// <summary>For a first look: about a tenth of a second per cell.</summary>
    public static MeasureRules Quick { get; } = new("quick", 2, 8, 200, 0.015, 0.5, 0.02, 0.95, 2, 0.005, 256, DeviceWarmUpSeconds: 0.1);

    /// <summary>For nights and comparisons.</summary>
    public static MeasureRules Standard { get; } = new("standard", 3, 30, 1000, 0.1, 15, 0.005, 0.99, 3, 0.025, 256, FreshProcessTrials: 1, DeviceWarmUpSeconds: 0.5);

    /// <summary>For claims.</summary>
    public static MeasureRules Careful { get; } = new("careful", 5, 50, 1000, 0.5, 30, 0.0025, 0.99, 10, 0.1, 512, FreshProcessTrials: 1, DeviceWarmUpSeconds: 0.5);

    public static IReadOnlyDictionary<string, MeasureRules> Presets { get; } =
        new Dictionary<string, MeasureRules> { ["quick"] = Quick, ["standard"] = Standard, ["careful"] = Careful };
}

/// <summary>
/// How a device is loaded while it is measured. Attention is bound by power on large GPUs (clocks fell by a fifth within 100 launches on a
/// B200, flashinfer#2899), so a short burst and a steady load are two different numbers and never share a series.
/// </summary>
public static class Regimes
{
    /// <summary>At most 5 ms of launches at a stretch, then a pause as long, on devices that keep their own time; the clocks of a cold device.</summary>
    public const string Burst = "burst";

    /// <summary>At least 2 s of untimed launches before each series, no pauses; the clocks that a long job sees.</summary>
    public const string Sustained = "sustained";

    public static IReadOnlyList<string> All { get; } = [Burst, Sustained];
}

/// <summary>What the caches hold when a sample begins.</summary>
public static class CacheModes
{
    /// <summary>What the launch before left there.</summary>
    public const string Hot = "hot";

    /// <summary>Zeros of a buffer larger than the caches, written before every sample; a sample is then a single launch.</summary>
    public const string Cold = "cold";

    public static IReadOnlyList<string> All { get; } = [Hot, Cold];
}

/// <summary>How the sparsity of an input is measured.</summary>
/// <param name="Rows">Query rows sampled per input (all rows where heads x n is smaller).</param>
public sealed record SparsityRules(int Rows);
