using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using AttnSweep.Results;

namespace AttnSweep.Worker.Reports;

/// <summary>Cuts a shard's results into chunks that fit a frame of the cluster's transport. Pure.</summary>
internal static class ReportCutter
{
    /// <summary>At least one chunk; sparsity travels with the first.</summary>
    /// <param name="firstChunk">Number of the first: how many the lease has sent before.</param>
    /// <param name="final">Whether the last chunk ends the shard.</param>
    public static IReadOnlyList<DispatchProtocol.ReportChunk> Cut(
        string worker, string incarnation, Lease lease, string deviceId, IReadOnlyList<CellResult> results, SparsityResult? sparsity,
        int firstChunk = 0, bool final = true, int limitBytes = WireLimits.ChunkBytes)
    {
        var parts = new List<List<CellResult>> { new() };
        long filled = 0;
        foreach (var result in results)
        {
            var size = MessageSize.AtMost(result);
            if (parts[^1].Count > 0 && filled + size > limitBytes)
            {
                parts.Add([]);
                filled = 0;
            }

            parts[^1].Add(result);
            filled += size;
        }

        return [.. parts.Select((part, i) => new DispatchProtocol.ReportChunk(
            worker, incarnation, lease, deviceId, firstChunk + i, final && i == parts.Count - 1, part, i == 0 ? sparsity : null))];
    }
}
