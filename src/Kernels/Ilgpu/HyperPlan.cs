using AttnSweep.Catalogue;
using AttnSweep.Kernels.Ilgpu.Kernels;
using AttnSweep.Kernels.Sampling;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>
/// hyper's launches: they hang on shape and seed only, so they are planned when the kernel is prepared. Parts that share queries
/// run in different rounds.
/// </summary>
/// <param name="Items">Rows in the order before sorting: for each head and estimated part its queries, then its keys (n x heads + row).</param>
/// <param name="Segments">Of each item.</param>
/// <param name="LongestSegment">Decides how many passes sort all of them.</param>
/// <param name="Samples">Rows of K drawn for each head and estimated part.</param>
/// <param name="Rounds">Tiles of each launch.</param>
internal sealed record HyperPlan(int[] Items, HyperSegment[] Segments, int LongestSegment, int[] Samples, IReadOnlyList<HyperTile[]> Rounds)
{
    /// <param name="tileRows">Most queries of a tile.</param>
    public static HyperPlan Of(InputSpec input, KernelSpec kernel, int tileRows)
    {
        var (block, samples) = (kernel.Count("block"), kernel.Count("samples"));
        var parts = HyperPart.Of(input, kernel);
        var rounds = RoundOfEach(parts, input.N);
        var (items, segments, drawn, tiles) = (new List<int>(), new List<HyperSegment>(), new List<int>(), new List<(int Round, HyperTile Tile)>());
        for (var head = 0; head < input.Heads; head++)
        {
            for (var i = 0; i < parts.Count; i++)
            {
                var (part, origin) = (parts[i], head * input.N);
                var exact = new HyperTile(
                    origin + part.FirstQuery, part.Queries, origin + part.FirstKey, part.Keys, 0, 0, 0,
                    part.Kind == HyperPartKind.ExactTriangle ? 1 : 0, rounds[i] == 0 ? 1 : 0, 0, 0, 1, 0, 1);
                if (part.Kind != HyperPartKind.Estimated)
                {
                    tiles.AddRange(Cut(exact, tileRows).Select(tile => (rounds[i], tile)));
                    continue;
                }

                var firstQuery = Segment(origin + part.FirstQuery, part.Queries);
                var firstKey = Segment((input.Heads * input.N) + origin + part.FirstKey, part.Keys);
                for (var b = 0; b < part.Blocks(block); b++)
                {
                    var queriesEnd = b == part.Blocks(block) - 1 ? part.Queries : (b + 1) * block;
                    var ofBlock = new HyperTile(
                        firstQuery + (b * block), queriesEnd - (b * block), firstKey + (b * block), Math.Min(block, part.Keys - (b * block)), drawn.Count, samples, 1,
                        0, exact.IsFirst, firstKey, origin + part.FirstKey, block, b, (float)((double)part.Keys / samples));
                    tiles.AddRange(Cut(ofBlock, tileRows).Select(tile => (rounds[i], tile)));
                }

                drawn.AddRange(SampledKeys.Of(input, head, i, part, samples).Select(key => origin + key));
            }
        }

        return new HyperPlan(
            [.. items], [.. segments], segments.Count == 0 ? 0 : segments.Max(s => s.Count), [.. drawn],
            [.. tiles.GroupBy(t => t.Round).OrderBy(g => g.Key).Select(g => g.Select(t => t.Tile).ToArray())]);

        int Segment(int firstRow, int count)
        {
            var first = items.Count;
            items.AddRange(Enumerable.Range(firstRow, count));
            segments.AddRange(Enumerable.Repeat(new HyperSegment(first, count), count));
            return first;
        }
    }

    /// <summary>One more than the last round of any query of the part; parts come in an order in which a query's first one is exact or its only one.</summary>
    private static int[] RoundOfEach(IReadOnlyList<HyperPart> parts, int n)
    {
        var (rounds, next) = (new int[parts.Count], new int[n]);
        for (var i = 0; i < rounds.Length; i++)
        {
            var queries = next.AsSpan(parts[i].FirstQuery, parts[i].Queries);
            foreach (var round in queries)
                rounds[i] = Math.Max(rounds[i], round);
            queries.Fill(rounds[i] + 1);
        }

        return rounds;
    }

    private static IEnumerable<HyperTile> Cut(HyperTile tile, int rows)
    {
        for (var first = 0; first < tile.Queries; first += rows)
        {
            var queries = Math.Min(rows, tile.Queries - first);
            // The keys after a triangle's last query are seen by nobody.
            var keys = tile.IsTriangle != 0 ? first + queries : tile.Keys;
            yield return tile with { FirstQuery = tile.FirstQuery + first, Queries = queries, Keys = keys };
        }
    }
}
