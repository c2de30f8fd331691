namespace AttnSweep.Kernels.Devices;

/// <summary>
/// Adds up the memory that devices allocate on the calling thread while it is open: what kernels declare is held against it. Memory of the process
/// would tell of the runtime, the compiler and the driver as well.
/// </summary>
internal sealed class MemoryAccount : IDisposable
{
    [ThreadStatic]
    private static MemoryAccount? _open;

    public MemoryAccount() => _open = this;

    /// <summary>Allocated so far, freed or not.</summary>
    public long Bytes { get; private set; }

    public static void Add(long bytes)
    {
        if (_open is { } account)
        {
            account.Bytes += bytes;
        }
    }

    public void Dispose() => _open = null;
}
