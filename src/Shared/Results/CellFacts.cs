using System.Collections.Immutable;

namespace AttnSweep.Results;

/// <summary>What a cell is judged by beside its time and its error.</summary>
/// <param name="DataDependent">The kernel declares that its time may depend on the values of its input; null for one that the catalogue does not know.</param>
/// <param name="CompulsoryBytes">Bytes that one launch must move at least.</param>
/// <param name="PrepareSeconds">Of preparing the kernel and its first launch: upload, compilation, scratch.</param>
/// <param name="VerifySeconds">Spent on comparing the output with the references.</param>
/// <param name="PeakMemoryBytes">Largest resident set of the runner from the start of the shard to the end of the verification; null where the system does not tell.</param>
/// <param name="Ceilings">Of the device, as its runner measured them when it started; null where it did not.</param>
/// <param name="Theory">What theory predicts, by column of <c>v_cells</c>.</param>
public sealed record CellFacts(
    bool? DataDependent, double CompulsoryBytes, double PrepareSeconds, double VerifySeconds, long? PeakMemoryBytes, DeviceCeilings? Ceilings,
    ImmutableSortedDictionary<string, Prediction> Theory);

/// <summary>What a device can do at best, as measured.</summary>
/// <param name="Gflops">Fused multiply-adds in float32, counted as two operations, in GFLOP/s.</param>
/// <param name="Gigabytes">Memory bandwidth, bytes read and written together, in GB/s.</param>
public sealed record DeviceCeilings(double? Gflops, double? Gigabytes);

/// <summary>A number from a formula.</summary>
/// <param name="Tolerance">How far the formula itself may be off within its range, in the number's own units.</param>
/// <param name="Outside">Why the formula does not hold here; null within its range.</param>
public sealed record Prediction(double Value, double Tolerance, string? Outside = null);
