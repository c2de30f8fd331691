using AttnSweep.Results;

namespace AttnSweep.Storage.Dispatch;

/// <summary>The time of a cell over its trials.</summary>
/// <param name="MedianUs">Median of the trials' medians, in microseconds.</param>
/// <param name="LowUs">Lowest lower end of the trials' intervals: trials differ by more than samples within one do, so their hull is the honest interval.</param>
/// <param name="HighUs">Highest upper end of the trials' intervals.</param>
/// <param name="Samples">Samples over all trials.</param>
/// <param name="SpeedupVsDense">Median over the trials of dense median / this median, both taken in the same trial; null where no trial has a dense time.</param>
internal sealed record CellTiming(double MedianUs, double LowUs, double HighUs, int Samples, double? SpeedupVsDense)
{
    /// <summary>Null where there is no trial.</summary>
    public static CellTiming? Of(IReadOnlyList<TrialResult> trials)
    {
        if (trials.Count == 0)
        {
            return null;
        }

        var speedups = trials.Where(t => t.DenseMedianUs is > 0).Select(t => t.DenseMedianUs!.Value / t.Summary.Median).ToArray();
        return new CellTiming(
            Median([.. trials.Select(t => t.Summary.Median)]),
            trials.Min(t => t.Summary.Low),
            trials.Max(t => t.Summary.High),
            trials.Sum(t => t.SamplesUs.Length),
            speedups.Length == 0 ? null : Median(speedups));
    }

    /// <summary>Type 7, as PostgreSQL's percentile_cont: the mean of the middle two where the count is even.</summary>
    private static double Median(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
