using System.Collections.Immutable;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Coordinator.Dispatch;

/// <summary>
/// Report chunks that wait for the store, bounded in memory: what does not fit is not taken, and comes again. Pure.
/// </summary>
/// <typeparam name="TFrom">Who sent it.</typeparam>
internal sealed record ReportQueue<TFrom>(ImmutableQueue<WaitingReport<TFrom>> Waiting, ImmutableHashSet<(Lease Lease, int Chunk)> Known, long Bytes)
{
    /// <summary>Of everything that waits, as the bound on its JSON: a burst, or an outage of the store, can take no more.</summary>
    public const long MostBytes = 64L << 20;

    /// <summary>Of one transaction: long enough to be worth its commit, short enough for its acknowledgements to be prompt.</summary>
    public const long BatchBytes = 8L << 20;
    public const int BatchChunks = 512;

    public static ReportQueue<TFrom> Empty { get; } = new([], [], 0);

    public ReportQueue<TFrom> Put(ReportChunk chunk, TFrom from)
    {
        var bytes = MessageSize.AtMost(chunk);
        return Bytes + bytes > MostBytes || Known.Contains((chunk.Lease, chunk.Chunk))
            ? this
            : new ReportQueue<TFrom>(Waiting.Enqueue(new WaitingReport<TFrom>(chunk, from, bytes)), Known.Add((chunk.Lease, chunk.Chunk)), Bytes + bytes);
    }

    /// <summary>The reports for the next transaction, oldest first; none where none waits.</summary>
    public (IReadOnlyList<WaitingReport<TFrom>> Batch, ReportQueue<TFrom> Next) Take()
    {
        var batch = new List<WaitingReport<TFrom>>();
        var (left, taken) = (Waiting, 0L);
        while (!left.IsEmpty && batch.Count < BatchChunks && (batch.Count == 0 || taken + left.Peek().Bytes <= BatchBytes))
        {
            left = left.Dequeue(out var next);
            taken += next.Bytes;
            batch.Add(next);
        }

        return (batch, new ReportQueue<TFrom>(left, Known.Except(batch.Select(b => (b.Chunk.Lease, b.Chunk.Chunk))), Bytes - taken));
    }
}

/// <param name="Bytes">At most, as JSON.</param>
internal sealed record WaitingReport<TFrom>(ReportChunk Chunk, TFrom From, long Bytes);
