using AttnSweep.Scheduling;

namespace AttnSweep.Shared.Tests.Scheduling;

/// <summary>Devices, runs and shards for the scheduler's tests.</summary>
internal static class Standings
{
    public static readonly Outlook Far = new(1e6, 0, 1);

    public static DeviceStanding Device(string worker = "w1", double speed = 1, long memory = 1 << 30, long? lastInput = null, params string[] labels) =>
        new(worker, "cpu-simd", "cpu-simd", memory, [.. labels], lastInput, speed);

    public static RunStanding Run(long id, int priority = 0, double used = 0, params string[] requires) => new(id, priority, used, [.. requires]);

    public static QueuedShard Shard(long id, long run = 1, double seconds = 10, int cells = 10, long input = 0, long memory = 1 << 20, double overhead = 0) =>
        new(id, run, input == 0 ? id : input, seconds, overhead, memory, cells);

    public static GrantDecision? Choose(DeviceStanding device, IReadOnlyCollection<RunStanding> runs, IReadOnlyList<QueuedShard> shards, Outlook? outlook = null, DeviceStanding[]? others = null) =>
        GrantChoice.Choose(
            device, runs, run => shards.Where(s => s.RunId == run).OrderByDescending(s => s.Seconds), [device, .. others ?? []], outlook ?? Far,
            (others ?? []).Append(device).Max(d => d.Speed));
}
