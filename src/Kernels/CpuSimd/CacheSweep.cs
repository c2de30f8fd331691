using System.Globalization;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Empties the processor's caches: every core writes zeros to its part of a buffer twice as large as the last of them.</summary>
internal sealed unsafe class CacheSweep : IDisposable
{
    private const long UsualCacheBytes = 32L << 20;
    private const int Parts = 64;

    private readonly AlignedBuffer _buffer = new(2 * LastCacheBytes() / sizeof(float));

    public void Run(ThreadTeam team)
    {
        var start = _buffer.Start;
        var length = _buffer.Length;
        team.Run(Parts, (part, _) =>
        {
            var (from, to) = (length * part / Parts, length * (part + 1) / Parts);
            new Span<float>(start + from, (int)(to - from)).Clear();
        });
    }

    public void Dispose() => _buffer.Dispose();

    /// <summary>As the kernel tells, in the form 32768K.</summary>
    internal static long Bytes(string size) =>
        size.Trim() is [.. var number, 'K'] && long.TryParse(number, CultureInfo.InvariantCulture, out var kilobytes) && kilobytes > 0 ? kilobytes << 10 : UsualCacheBytes;

    internal static long LastCacheBytes()
    {
        for (var level = 3; level >= 2; level--)
        {
            var path = $"/sys/devices/system/cpu/cpu0/cache/index{level}/size";
            if (File.Exists(path))
            {
                return Bytes(File.ReadAllText(path));
            }
        }

        return UsualCacheBytes;
    }
}
