using System.Text.Json;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using AttnSweep.Results;
using AttnSweep.Worker.Reports;

namespace AttnSweep.Clustering.Tests.Reports;

public sealed class ReportCutterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    public void Every_result_travels_once_in_order_and_only_the_last_chunk_is_final(int count)
    {
        var results = Enumerable.Range(1, count).Select(i => Examples.Ok(i)).ToList();
        var limit = 3 * Size(results[0]);

        var chunks = Cut(results, limit);

        Assert.Equal(results.Select(r => r.CellId), chunks.SelectMany(c => c.Results).Select(r => r.CellId));
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(c => c.Chunk));
        Assert.Equal([chunks.Count - 1], chunks.Where(c => c.Final).Select(c => c.Chunk));
        Assert.All(chunks, c => Assert.InRange(c.Results.Sum(Size), 1, limit));
        Assert.Equal([0], chunks.Where(c => c.Sparsity is not null).Select(c => c.Chunk));
        Assert.All(chunks, c => Assert.Equal((Examples.Worker, Examples.Incarnation, Examples.Lease(), Examples.Device), (c.Worker, c.Incarnation, c.Lease, c.DeviceId)));
    }

    [Fact]
    public void A_shard_without_results_still_ends_with_a_final_chunk()
    {
        var chunk = Assert.Single(Cut([], 1000));
        Assert.True(chunk.Final);
        Assert.Empty(chunk.Results);
        Assert.NotNull(chunk.Sparsity);
    }

    [Fact]
    public void A_result_larger_than_the_limit_has_a_chunk_of_its_own()
    {
        var chunks = Cut([Examples.Ok(1), Examples.Ok(2, [.. Enumerable.Range(1, 1000).Select(i => i / 7.0)]), Examples.Ok(3)], 2 * Size(Examples.Ok(1)));
        Assert.Equal([[1L], [2L], [3L]], chunks.Select(c => c.Results.Select(r => r.CellId).ToArray()));
    }

    [Fact]
    public void By_default_a_chunk_of_the_longest_series_fits_the_wire()
    {
        double[] samples = [.. Enumerable.Range(1, 1000).Select(i => Math.PI * i)];
        var chunks = Cut([.. Enumerable.Range(1, 100).Select(i => Examples.Ok(i, samples))], WireLimits.ChunkBytes);
        Assert.True(chunks.Count > 1);
        Assert.All(chunks, c => Assert.InRange(WireFormat.Pack(c).Length, 1, WireLimits.MessageBytes));
    }

    private static int Size(CellResult result) => JsonSerializer.SerializeToUtf8Bytes(result, ProtocolJson.Options).Length;

    private static IReadOnlyList<DispatchProtocol.ReportChunk> Cut(IReadOnlyList<CellResult> results, int limit) =>
        ReportCutter.Cut(Examples.Worker, Examples.Incarnation, Examples.Lease(), Examples.Device, results, Examples.Sparsity, limit);
}
