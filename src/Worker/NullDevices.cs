using AttnSweep.Protocol;

namespace AttnSweep.Worker;

/// <summary>Devices that measure nothing, for benchmarks of the fabric. Their backend is no sweep's, so that they never meet a real shard.</summary>
public static class NullDevices
{
    public const string Backend = "null";

    public static IReadOnlyList<DeviceInfo> Of(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new DeviceInfo(FormattableString.Invariant($"null:{i}"), Backend, "null", 1L << 30, 1, "none"))];
}
