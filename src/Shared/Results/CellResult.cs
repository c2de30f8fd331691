using System.Collections.Immutable;

namespace AttnSweep.Results;

/// <summary>What one attempt learned of one cell.</summary>
/// <param name="CellId">The cell.</param>
/// <param name="Outcome">How it ended; times are present only for <see cref="Outcome.Ok"/>.</param>
/// <param name="Detail">One line for a person where the outcome is not ok.</param>
/// <param name="Error">Accuracy against the double-precision references; null when the kernel never produced an output.</param>
/// <param name="KeptPairs">Query-key pairs kept, over all heads (measured on the verified rows and scaled for data-dependent kernels).</param>
/// <param name="UsefulFlops">FLOPs that the algorithm needed for those pairs.</param>
/// <param name="DenseFlops">FLOPs of dense attention on the same input.</param>
/// <param name="Trials">One entry per trial, in order; empty unless the outcome is ok.</param>
/// <param name="Phases">Microseconds of one launch by phase (pack, hash, sort, gather, score, select, combine, attend, …), measured apart from the trials; null where the kernel does not tell.</param>
/// <param name="Facts">Null from a runner that did not say, and where the kernel never ran.</param>
public sealed record CellResult(
    long CellId, Outcome Outcome, string? Detail, KernelError? Error,
    double KeptPairs, double UsefulFlops, double DenseFlops, IReadOnlyList<TrialResult> Trials,
    ImmutableSortedDictionary<string, double>? Phases = null, CellFacts? Facts = null);

/// <summary>How far an output is from the truth, on the verified rows.</summary>
/// <param name="Rows">Rows compared.</param>
/// <param name="RelativeFrobenius">||O' - O||_F / ||O||_F against dense attention in double precision: the error that the user pays.</param>
/// <param name="MaxAbsolute">max |O' - O| against dense attention in double precision.</param>
/// <param name="TotalVariation">Mean over rows of 1 - (softmax mass kept); null for dense kernels.</param>
/// <param name="Verification">max |O' - O_ref| where O_ref is the kernel's own algorithm in double precision: the implementation's error.</param>
/// <param name="Allowed">The budget that <paramref name="Verification"/> was held against: twice the error of the same algorithm in float, plus 1e-7 x scale.</param>
/// <param name="AmbiguousRows">Rows left out of the verification because rounding decides what is kept (a near tie at the boundary).</param>
/// <param name="DroppedFrobenius">As <paramref name="RelativeFrobenius"/>, of the same kept keys without renormalising (sum of p_j v_j with the dense p), in double precision; null for dense kernels.</param>
/// <param name="DroppedMaxAbsolute">As <paramref name="MaxAbsolute"/>, likewise.</param>
/// <param name="Estimate">Null for kernels that do not estimate.</param>
/// <param name="Storage">Null where tensors are float32.</param>
/// <param name="Distance">Null from a runner that did not say.</param>
public sealed record KernelError(
    int Rows, double RelativeFrobenius, double MaxAbsolute, double? TotalVariation,
    double Verification, double Allowed, int AmbiguousRows,
    double? DroppedFrobenius = null, double? DroppedMaxAbsolute = null, EstimateError? Estimate = null, StorageError? Storage = null, OutputDistance? Distance = null);

/// <summary>One series of samples.</summary>
/// <param name="Trial">0-based.</param>
/// <param name="SamplesUs">Every sample, in microseconds, in the order they were taken. Never trimmed.</param>
/// <param name="Summary">Of the samples.</param>
/// <param name="StoppedBecause">converged, noise-stable, max-samples or max-time.</param>
/// <param name="WarmUpLaunches">Untimed launches before the series.</param>
/// <param name="LaunchesPerSample">Launches that one sample times (its time is divided by this).</param>
/// <param name="CpuSeconds">Processor time of the runner over the series; beside the wall time it shows a disturbed machine.</param>
/// <param name="DenseMedianUs">Median of the dense kernel (flash) on the same input, device and trial, in microseconds.</param>
/// <param name="Conditions">What it was measured under; null from a runner that did not say.</param>
public sealed record TrialResult(
    int Trial, double[] SamplesUs, SampleSummary Summary, string StoppedBecause,
    int WarmUpLaunches, int LaunchesPerSample, double CpuSeconds, double? DenseMedianUs, TrialConditions? Conditions = null);

/// <summary>Summary of a series, all times in microseconds.</summary>
/// <param name="Low">Lower end of the median's order-statistic interval.</param>
/// <param name="High">Upper end of the median's order-statistic interval.</param>
/// <param name="Mad">Median absolute deviation (not scaled).</param>
public sealed record SampleSummary(
    int Count, double Median, double Low, double High, double Min, double Max,
    double Q1, double Q3, double Mean, double StandardDeviation, double Mad);
