using System.Collections.Immutable;
using AttnSweep.Protocol;
using AttnSweep.Results;

namespace AttnSweep.Worker.Reports;

/// <summary>
/// What a shard has yielded so far and nobody was told of yet. A shard's trials are interleaved, so most results come together at its end;
/// those that come earlier (unsupported, wrong-result) are told after a moment and survive whatever happens to the rest. Pure.
/// </summary>
/// <param name="Since">When the oldest untold result came; null where there is none.</param>
/// <param name="Chunk">Number of the next chunk: chunks are recorded strictly in order.</param>
internal sealed record Findings(ImmutableList<CellResult> Results, SparsityResult? Sparsity, DateTimeOffset? Since, int Chunk)
{
    /// <summary>Longer than a shard's last results take to arrive, so that a shard without early outcomes stays one chunk and one transaction.</summary>
    public static readonly TimeSpan TellAfter = TimeSpan.FromSeconds(1);

    public static Findings None { get; } = new([], null, null, 0);

    public Findings Add(CellResult result, DateTimeOffset now) => this with { Results = Results.Add(result), Since = Since ?? now };

    public Findings Add(SparsityResult measured) => this with { Sparsity = measured };

    public bool AreDue(DateTimeOffset now) => Since is { } since && now - since >= TellAfter;

    /// <summary>The chunks to send, and what is left. The final report has a chunk even without a result: it ends the shard.</summary>
    public (IReadOnlyList<DispatchProtocol.ReportChunk> Chunks, Findings Left) Cut(string worker, string incarnation, Lease lease, string deviceId, bool final)
    {
        if (!final && Results.IsEmpty && Sparsity is null)
        {
            return ([], this);
        }

        var chunks = ReportCutter.Cut(worker, incarnation, lease, deviceId, Results, Sparsity, Chunk, final);
        return (chunks, None with { Chunk = Chunk + chunks.Count });
    }
}
