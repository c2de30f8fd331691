using AttnSweep.Kernels.Inputs;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Devices;

/// <summary>An opened device: prepares kernels on inputs. Not thread-safe: a runner owns one and uses it from one thread.</summary>
public interface IDevice : IDisposable
{
    DeviceInfo Info { get; }

    /// <summary>Uploads the input (once per input), compiles the kernel and allocates its scratch: everything that must not be timed.</summary>
    /// <exception cref="KernelUnsupportedException">The kernel cannot run this input on this device; the message says why.</exception>
    /// <exception cref="DeviceOutOfMemoryException">The tensors or the scratch do not fit.</exception>
    IPreparedKernel Prepare(KernelSpec kernel, AttentionInput input);

    /// <summary>Fills the caches with what no kernel reads, and waits until that is done. False where the device cannot.</summary>
    bool TryEmptyCaches() => false;

    /// <summary>Measures what the device can do at best, in some tenths of a second. Null where it cannot tell.</summary>
    DeviceCeilings? MeasureCeilings() => null;
}

/// <summary>A kernel ready to launch on one input.</summary>
public interface IPreparedKernel : IDisposable
{
    /// <summary>Launches the kernel <paramref name="count"/> times back to back and waits for the last one.</summary>
    LaunchTiming Launch(int count);

    /// <summary>
    /// Launches again with clocks between the phases (pack, hash, sort, gather, score, select, combine, attend, ...) and gives the microseconds of
    /// each; they add up to the launch. Not for the cell's time: clocks cost a little. Null where the kernel cannot tell.
    /// </summary>
    IReadOnlyDictionary<string, double>? MeasurePhases() => null;

    /// <summary>Copies the output of the last launch, heads x n x d.</summary>
    void ReadOutput(Span<float> output);
}

/// <summary>Time of a batch of launches: on the host's clock, and on the device's where it has one (marker overhead subtracted).</summary>
public readonly record struct LaunchTiming(double HostMicroseconds, double? DeviceMicroseconds)
{
    /// <summary>The better clock of the two.</summary>
    public double Microseconds => DeviceMicroseconds ?? HostMicroseconds;
}

/// <summary>The kernel cannot run this input on this device.</summary>
public sealed class KernelUnsupportedException(string message) : Exception(message);

/// <summary>Tensors or scratch do not fit into the device's memory.</summary>
public sealed class DeviceOutOfMemoryException(string message, Exception? inner = null) : Exception(message, inner);
