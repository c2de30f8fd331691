using System.Text.Json;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using AttnSweep.Results;

namespace AttnSweep.Worker.Reports;

/// <summary>Cuts a shard's results into chunks that fit a frame of the cluster's transport. Pure.</summary>
internal static class ReportCutter
{
    /// <summary>At least one chunk; the last is final, and sparsity travels with the first.</summary>
    public static IReadOnlyList<DispatchProtocol.ReportChunk> Cut(
        string worker, string incarnation, Lease lease, string deviceId, IReadOnlyList<CellResult> results, SparsityResult? sparsity,
        int limitBytes = WireLimits.ChunkBytes)
    {
        var parts = new List<List<CellResult>> { new() };
        long filled = 0;
        foreach (var result in results)
        {
            var size = JsonSerializer.SerializeToUtf8Bytes(result, ProtocolJson.Options).Length;
            if (parts[^1].Count > 0 && filled + size > limitBytes)
            {
                parts.Add([]);
                filled = 0;
            }

            parts[^1].Add(result);
            filled += size;
        }

        return [.. parts.Select((part, i) => new DispatchProtocol.ReportChunk(
            worker, incarnation, lease, deviceId, i, i == parts.Count - 1, part, i == 0 ? sparsity : null))];
    }
}
