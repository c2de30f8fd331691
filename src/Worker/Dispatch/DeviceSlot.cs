using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;

namespace AttnSweep.Worker.Dispatch;

/// <summary>What one device is about. Pure; transitions take the time as a parameter.</summary>
internal abstract record DeviceSlot
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long before its end a shard's successor is asked for: far longer than an answer takes, and so short that at the tail of a run no
    /// shard waits behind a long one while another device stands idle.
    /// </summary>
    private static readonly TimeSpan AskAhead = TimeSpan.FromSeconds(3);

    private DeviceSlot()
    {
    }

    /// <summary>Nothing to do until then.</summary>
    public sealed record Idle(DateTimeOffset AskAt) : DeviceSlot;

    /// <summary>Asked for a shard; an answer that does not come is asked for again.</summary>
    public sealed record Asking(DateTimeOffset Since) : DeviceSlot;

    /// <summary>Measuring a shard.</summary>
    /// <param name="Generation">Number of the runner process that has it.</param>
    /// <param name="Begun">When the runner got it.</param>
    /// <param name="StageUntil">When the stage's deadline is over.</param>
    /// <param name="Found">What it has yielded and was not told yet.</param>
    public sealed record Working(
        ShardWork Work, int Generation, DateTimeOffset Begun, long? CellId, double Share, DateTimeOffset StageUntil, Findings Found) : DeviceSlot
    {
        public bool MayFinish(DateTimeOffset now, TimeSpan grace) => DrainRule.MayFinish(now - Begun, Share, grace);

        /// <summary>Whether it seems to end soon: the stages left are taken to be as long as those before, or the estimate is believed.</summary>
        public bool MayAskAhead(DateTimeOffset now)
        {
            var elapsed = now - Begun;
            return (Share > 0 ? elapsed * ((1 - Share) / Share) : TimeSpan.FromSeconds(Work.Seconds) - elapsed) <= AskAhead;
        }

        /// <summary>A stage of the whole shard (input, sparsity, the dense baseline) has the time of its slowest cell.</summary>
        public Working Begin(RunnerProtocol.CellStarted stage, DateTimeOffset now)
        {
            var seconds = Work.Cells.Where(c => stage.CellId is null || c.CellId == stage.CellId).Select(c => c.DeadlineSeconds).DefaultIfEmpty(60).Max();
            return this with { CellId = stage.CellId, Share = stage.Share, StageUntil = now.AddSeconds(seconds) };
        }
    }

    /// <summary>Whether to ask for a shard now.</summary>
    public bool WantsToAsk(DateTimeOffset now) => this switch
    {
        Idle idle => now >= idle.AskAt,
        Asking asking => now - asking.Since >= AskAgain,
        _ => false,
    };

    public static Working Take(ShardWork work, int generation, DateTimeOffset now) =>
        new Working(work, generation, now, null, 0, now, Findings.None).Begin(new RunnerProtocol.CellStarted("input", null, 0), now);
}

/// <summary>
/// How long a device rests after its runner died. A runner that dies before its first stage (a driver that is gone) would otherwise
/// use up the attempts of one shard after the other; a first sign of life ends the growth. Pure.
/// </summary>
internal readonly record struct DeathPause(TimeSpan Length)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);

    public static DeathPause None => default;

    public DeathPause After() => new(Length == TimeSpan.Zero ? First : Length * 2 < Most ? Length * 2 : Most);
}
