namespace AttnSweep.Measuring;

/// <summary>
/// nvbench's rule for series that never converge (its stdrel criterion): the noise, standard deviation over mean of all samples so
/// far, has itself settled, so more samples would not change it. Without it thrust and cub benchmarks took 30 h a GPU (nvbench#61).
/// </summary>
internal sealed class NoiseTracker
{
    private const int Window = 512;
    private const int MoreThan = 64;
    private const int CheckEvery = 16;
    private const double RelativeSpread = 0.05;

    private readonly double[] _noise = new double[Window];
    private long _values;
    private long _samples;
    private double _mean;
    private double _squares;

    /// <summary>As of the last check; a check happens every 16 samples.</summary>
    public bool IsStable { get; private set; }

    public void Add(double sample)
    {
        _samples++;
        var fromOldMean = sample - _mean;
        _mean += fromOldMean / _samples;
        _squares += fromOldMean * (sample - _mean);

        if (_samples >= 2 && _mean > 0)
            _noise[_values++ % Window] = Math.Sqrt(_squares / (_samples - 1)) / _mean;
        if (_samples % CheckEvery == 0)
            IsStable = _values > MoreThan && SpreadAroundLatest() < RelativeSpread;
    }

    private double SpreadAroundLatest()
    {
        var latest = _noise[(_values - 1) % Window];
        if (latest == 0)
            return 0;
        var count = (int)Math.Min(_values, Window);
        var squares = 0.0;
        for (var i = 0; i < count; i++)
            squares += (_noise[i] - latest) * (_noise[i] - latest);
        return Math.Sqrt(squares / (count - 1)) / latest;
    }
}
