namespace AttnSweep.Sweeps;

/// <summary>The values that an axis may have.</summary>
public static class AxisRange
{
    private const double Largest = 1e6;

    /// <summary>Series on these axes are not rounded.</summary>
    public static bool IsReal(Axis axis) =>
        axis is Axis.Sigma or Axis.Norm or Axis.MeanV or Axis.Rho or Axis.RhoD or Axis.Nu or Axis.OutlierScale;

    public static bool IsFlag(Axis axis) => axis is Axis.Causal or Axis.LayerNorm;

    public static bool Fits(Axis axis, double value) => axis switch
    {
        Axis.Sigma or Axis.Norm or Axis.OutlierScale => value is > 0 and <= Largest,
        Axis.MeanV => value is >= -Largest and <= Largest,
        Axis.Rho or Axis.RhoD => value is > -1 and < 1,
        Axis.Nu => value is 0 or (> 2 and <= Largest),
        Axis.N => IsWhole(value, 1, 1 << 24),
        Axis.D or Axis.Heads => IsWhole(value, 1, 1024),
        Axis.Outliers => IsWhole(value, 0, 1024),
        Axis.Causal or Axis.LayerNorm => value is 0 or 1,
        Axis.DType => IsWhole(value, 0, StorageTypes.All.Count - 1),
        _ => IsWhole(value, 0, 1L << 53),
    };

    /// <summary>In words, after "would be".</summary>
    public static string Right(Axis axis) => axis switch
    {
        Axis.Sigma or Axis.Norm or Axis.OutlierScale => "greater than 0 and at most 1000000",
        Axis.MeanV => "a number from -1000000 to 1000000",
        Axis.Rho or Axis.RhoD => "above -1 and below 1",
        Axis.Nu => "above 2 (below, the variance is not finite), or 0 for normal entries",
        Axis.N => "a whole number from 1 to 16777216",
        Axis.D or Axis.Heads => "a whole number from 1 to 1024",
        Axis.Outliers => "a whole number from 0 to 1024",
        Axis.Causal or Axis.LayerNorm => "true or false",
        Axis.DType => $"one of {string.Join(", ", StorageTypes.All)}",
        _ => "a whole number from 0 to 9007199254740992",
    };

    public static string Example(Axis axis) => axis switch
    {
        Axis.N => "[256, 1024] or pow2(256, 65536)",
        Axis.Sigma => "[0.5, 1.0] or 0.5..2 step 0.25",
        Axis.Causal or Axis.LayerNorm => "false or [false, true]",
        Axis.Seed => "1..4",
        Axis.Norm => "8 or pow2(1, 64)",
        Axis.MeanV => "1 or [0, 1]",
        Axis.Rho or Axis.RhoD => "0.5 or [0, 0.5, 0.9]",
        Axis.Nu => "5 or [3, 5, 10]",
        Axis.Outliers => "2 or [0, 1, 4]",
        Axis.OutlierScale => "10 or [3, 10, 30]",
        Axis.DType => "float16 or [float32, float16, bfloat16]",
        _ => "[32, 64]",
    };

    private static bool IsWhole(double value, double least, double most) => value == Math.Floor(value) && value >= least && value <= most;
}
