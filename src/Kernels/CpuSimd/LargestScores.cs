namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// The k largest scores of a row, exactly (a thread's). A guess of the k-th largest (mean plus so many deviations, as the row before had
/// it) leaves a few more than k keys; the exact choice is made among those.
/// </summary>
internal sealed unsafe class LargestScores(int k)
{
    private float _guess;

    /// <summary>Forgets the rows before.</summary>
    public void Begin() => _guess = 0;

    /// <summary>Leaves the k largest of the visible scores in <paramref name="survivors"/>, ascending by index; all where there are no more.</summary>
    public void Find(Survivors survivors, float* scores, int columns, int visible)
    {
        if (k >= visible)
        {
            survivors.Collect(scores, columns, float.NegativeInfinity, orEqual: false);
            return;
        }

        var (mean, deviation) = Selection.Moments(scores, visible);
        // Each miss lowers the bound by twice as much as the one before; after a few everything is let through.
        var bound = mean + (deviation * (_guess - 0.05f));
        var step = 0.1f * deviation;
        survivors.Collect(scores, columns, bound, orEqual: true);
        for (var attempt = 0; survivors.Count < k; attempt++, step *= 2)
        {
            bound = attempt < 6 ? bound - step : float.MinValue;
            survivors.Collect(scores, columns, bound, orEqual: true);
        }

        var boundary = survivors.KeepLargest(k);
        _guess = deviation > 0 ? (boundary - mean) / deviation : 0;
    }
}
