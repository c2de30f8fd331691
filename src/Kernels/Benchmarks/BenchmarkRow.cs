namespace AttnSweep.Kernels.Benchmarks;

/// <summary>One kernel's row. Figures are medians over the rounds; times are of one launch, on the device's better clock.</summary>
/// <param name="FirstQuartileMicroseconds">A quarter of the rounds was faster.</param>
/// <param name="ThirdQuartileMicroseconds">A quarter of the rounds was slower.</param>
/// <param name="CpuMicroseconds">Processor time of the process: less than threads x wall where the machine was shared.</param>
/// <param name="Gflops">4 d per visible pair (dense-equivalent, for sparse kernels too) over the median time.</param>
/// <param name="PeakGflops">FMA peak of the same number of threads in the same rounds; null on devices where it is not measured.</param>
/// <param name="PeakShare">This kernel's GFLOP/s over the same round's peak.</param>
/// <param name="CpuPeakShare">The same with processor time in place of wall time on both sides: what others do on the machine hardly moves it.</param>
/// <param name="SpeedupVsDense">Flash's time over this kernel's in the same round.</param>
/// <param name="CpuSpeedupVsDense">The same by processor time; null where the work is not done by this process's threads.</param>
/// <param name="KeptShare">Pairs that the kernel keeps in expectation over visible pairs.</param>
/// <param name="FlopRatio">FLOPs of dense attention over those of this kernel, scores that must be computed and expected kept pairs: the speed-up of perfect sparsity.</param>
/// <param name="ShareOfFlopRatio">SpeedupVsDense over FlopRatio; by processor time where that is known.</param>
/// <param name="PhaseMicroseconds">Wall time of each phase of the quickest of three further launches; null where the device does not tell.</param>
/// <param name="Runs">Rounds.</param>
public sealed record BenchmarkRow(
    string Kernel, IReadOnlyDictionary<string, double> Parameters, string Backend, int N, int D, int Threads,
    double MedianMicroseconds, double FirstQuartileMicroseconds, double ThirdQuartileMicroseconds, double CpuMicroseconds,
    double Gflops, double? PeakGflops, double? PeakShare, double? CpuPeakShare, double SpeedupVsDense, double? CpuSpeedupVsDense,
    double KeptShare, double FlopRatio, double ShareOfFlopRatio, IReadOnlyDictionary<string, double>? PhaseMicroseconds, int Runs);
