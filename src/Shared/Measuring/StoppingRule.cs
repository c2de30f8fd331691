using AttnSweep.Sweeps;

namespace AttnSweep.Measuring;

/// <summary>Decides when a series has enough samples. Arithmetic only: no clock, no device.</summary>
public sealed class StoppingRule(MeasureRules rules)
{
    public MeasureRules Rules { get; } = rules;

    /// <summary>Takes the next sample, in microseconds.</summary>
    public void Add(double sampleUs) => throw new NotImplementedException();

    /// <summary>Why the series may end now (converged, noise-stable, max-samples, max-time), or null when it must go on.</summary>
    /// <param name="elapsedSeconds">Wall time since the series began.</param>
    public string? WhyStop(double elapsedSeconds) => throw new NotImplementedException();
}
