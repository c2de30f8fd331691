using System.Text.Json;
using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;

namespace AttnSweep.Clustering.Tests.Worker;

public sealed class ReportCutterTests
{
    private static readonly Lease Lease = new(1, 7, 2, 3);

    [Fact]
    public void Chunks_keep_the_limit_and_every_result_in_order()
    {
        var results = Enumerable.Range(0, 50).Select(i => Shards.Result(i)).ToList();
        var chunks = ReportCutter.Cut("w", "i", Lease, "cpu-simd", results, null, limitBytes: 600);

        Assert.InRange(chunks.Count, 10, 50);
        Assert.All(chunks, c => Assert.InRange(c.Results.Sum(r => JsonSerializer.SerializeToUtf8Bytes(r, ProtocolJson.Options).Length), 1, 600));
        Assert.Equal(results, chunks.SelectMany(c => c.Results));
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(c => c.Chunk));
        Assert.Equal([chunks.Count - 1], chunks.Where(c => c.Final).Select(c => c.Chunk));
    }

    [Fact]
    public void A_shard_without_results_still_reports_its_end() =>
        Assert.True(Assert.Single(ReportCutter.Cut("w", "i", Lease, "cpu-simd", [], null)).Final);
}
