using System.Collections.Immutable;

namespace AttnSweep.Protocol;

/// <summary>A machine as a worker sees it. Facts hold the environment fingerprint: cpu, cores, memory, kernel, runtime, …</summary>
/// <param name="Fingerprint">SHA-256 over the facts: equal fingerprints may be compared without a second thought.</param>
public sealed record NodeInfo(string Worker, string Host, int ProcessId, string CodeVersion, ImmutableSortedDictionary<string, string> Facts, string Fingerprint)
{
    /// <summary>What it says of itself; sweeps may require it. No part of the fingerprint.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>A device that a worker offers.</summary>
/// <param name="Id">Unique on its worker: <c>cpu-simd</c>, <c>opencl:0</c>, <c>cuda:1</c>.</param>
/// <param name="Backend">One of <see cref="Sweeps.Backends"/>.</param>
/// <param name="Name">As the driver or the operating system calls it.</param>
/// <param name="MemoryBytes">Memory that kernels may use.</param>
/// <param name="ComputeUnits">Cores or multiprocessors.</param>
/// <param name="Driver">Driver or instruction set: <c>PoCL 3.1</c>, <c>AVX-512</c>.</param>
public sealed record DeviceInfo(string Id, string Backend, string Name, long MemoryBytes, int ComputeUnits, string Driver);
