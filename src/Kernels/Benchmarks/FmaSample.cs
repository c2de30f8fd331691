namespace AttnSweep.Kernels.Benchmarks;

/// <summary>One sample of the FMA peak: GFLOP/s by the wall clock, and by the processor time of its threads (what it would be undisturbed).</summary>
internal readonly record struct FmaSample(double Gflops, double CpuGflops);
