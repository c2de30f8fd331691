using AttnSweep.Protocol;

namespace AttnSweep.Storage.Dispatch;

/// <summary>The gate sees each shard once a statement, so that several chunks of one shard go one after the other. Pure.</summary>
internal static class ReportBatches
{
    /// <returns>Places in <paramref name="chunks"/>; chunks of a shard in the order in which they stand there.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> OneOfEachShard(IReadOnlyList<DispatchProtocol.ReportChunk> chunks)
    {
        var batches = new List<List<int>>();
        var seen = new Dictionary<long, int>();
        for (var place = 0; place < chunks.Count; place++)
        {
            var turn = seen.GetValueOrDefault(chunks[place].Lease.ShardId);
            seen[chunks[place].Lease.ShardId] = turn + 1;
            if (turn == batches.Count)
            {
                batches.Add([]);
            }

            batches[turn].Add(place);
        }

        return batches;
    }
}
