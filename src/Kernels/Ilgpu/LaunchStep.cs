namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Part of a launch: puts device functions on the stream, without waiting.</summary>
/// <param name="Phase">As docs/kernels.md names it; steps that follow one another may share one. Null where the kernel does not tell.</param>
internal readonly record struct LaunchStep(string? Phase, Action Run);
