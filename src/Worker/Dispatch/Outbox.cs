using System.Collections.Immutable;
using AttnSweep.Protocol;

namespace AttnSweep.Worker.Dispatch;

/// <summary>
/// What the coordinator has not acknowledged yet: chunks of reports, in order within a shard, and shards given back. Sent again by age,
/// never by tick (a naive resend once made 97,900 duplicates of 20,000), with a back-off. Pure.
/// </summary>
internal sealed record Outbox(ImmutableList<Letter> Letters)
{
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(40);

    public static Outbox Empty { get; } = new([]);

    public bool IsEmpty => Letters.IsEmpty;

    /// <summary>Leases that letters are still about.</summary>
    public IReadOnlyList<Lease> Leases => [.. Letters.Select(l => l.Lease).Distinct()];

    public Outbox Put(DispatchProtocol.ReportChunk chunk) => new(Letters.Add(new Letter(chunk.Lease, chunk.Chunk, chunk, null, FirstPatience)));

    public Outbox Put(DispatchProtocol.ReturnShard returned) => new(Letters.Add(new Letter(returned.Lease, null, returned, null, FirstPatience)));

    /// <summary>What to send now: of each lease the first letter only, if it was never sent or its patience is over.</summary>
    public (IReadOnlyList<DispatchProtocol.ICommand> Send, Outbox Next) Due(DateTimeOffset now)
    {
        var send = new List<DispatchProtocol.ICommand>();
        var next = Letters.ToBuilder();
        var seen = new HashSet<Lease>();
        for (var i = 0; i < next.Count; i++)
        {
            var letter = next[i];
            if (!seen.Add(letter.Lease) || (letter.SentAt is { } sent && now - sent < letter.Patience))
            {
                continue;
            }

            send.Add(letter.Command);
            var patience = letter.SentAt is null ? letter.Patience : letter.Patience * 2 < MostPatience ? letter.Patience * 2 : MostPatience;
            next[i] = letter with { SentAt = now, Patience = patience };
        }

        return (send, new Outbox(next.ToImmutable()));
    }

    /// <summary>A new coordinator has not seen what was sent to the old one.</summary>
    public Outbox Anew() => new([.. Letters.Select(l => l with { SentAt = null, Patience = FirstPatience })]);

    public Outbox Recorded(Lease lease, int chunk) => new(Letters.RemoveAll(l => Same(l.Lease, lease) && l.Chunk == chunk));

    public Outbox ReturnRecorded(Lease lease) => new(Letters.RemoveAll(l => Same(l.Lease, lease) && l.Chunk is null));

    /// <summary>Nobody wants to hear of this lease any more.</summary>
    public Outbox Drop(Lease lease) => new(Letters.RemoveAll(l => Same(l.Lease, lease)));

    /// <summary>The epoch is the coordinator's; a lease is told by run, shard and attempt.</summary>
    public static bool Same(Lease a, Lease b) => a.RunId == b.RunId && a.ShardId == b.ShardId && a.Attempt == b.Attempt;
}

/// <param name="Chunk">Null for a shard given back.</param>
/// <param name="SentAt">Null when it was not sent to this coordinator yet.</param>
internal sealed record Letter(Lease Lease, int? Chunk, DispatchProtocol.ICommand Command, DateTimeOffset? SentAt, TimeSpan Patience);
