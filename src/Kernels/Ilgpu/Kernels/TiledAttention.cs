using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>
/// Streaming softmax (flash, window, sink-window, block-topk, bigbird). A group owns up to <c>Rows</c> query rows of one query block.
/// Its Q tile, its accumulators, one tile of keys (then of the same keys' values) and the scores lie in shared memory;
/// <see cref="TileSteps"/> are what it does with them.
/// </summary>
public static class TiledAttention
{
    /// <summary>The largest head dimension of a shape: wider tiles do not fit into 48 KiB.</summary>
    public const int MaxHeadDim = 256;

    public static void Run<TShape>(
        Problem p, TilePlan plan, ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<int> kept, ArrayView<float> output)
        where TShape : unmanaged, ITileShape
    {
        TShape shape = default;
        // One vector more than a row needs: neighbouring rows then start in different banks.
        int stride = shape.HeadDim / 4 + 1, keyStride = shape.Keys / 4 + 1;
        var queries = SharedMemory.Allocate<Float4>(shape.HeadDim * (shape.Rows / 4));
        var accumulators = SharedMemory.Allocate<Float4>(shape.Rows * stride);
        // Keys lie in columns, values in rows: of the two, keys need more.
        var tile = SharedMemory.Allocate<Float4>(shape.HeadDim * keyStride);
        var scores = SharedMemory.Allocate<Float4>(shape.Rows * keyStride);
        var rowMax = SharedMemory.Allocate<float>(shape.Rows);
        var rowSum = SharedMemory.Allocate<float>(shape.Rows);
        var rowShrink = SharedMemory.Allocate<float>(shape.Rows);

        int thread = Group.IdxX, threads = Group.DimX;
        var block = Grid.IdxX / plan.TilesPerBlock;
        var blocks = (p.N + plan.Block - 1) / plan.Block;
        var head = block / blocks;
        var queryBlock = block - head * blocks;
        var first = queryBlock * plan.Block + (Grid.IdxX - block * plan.TilesPerBlock) * shape.Rows;
        var end = XMath.Min(XMath.Min(first + shape.Rows, (queryBlock + 1) * plan.Block), p.N);
        var rows = XMath.Max(end - first, 0);
        var origin = head * p.N;

        TileSteps.LoadTransposed(shape, queries, shape.Rows / 4, shape.Rows, rows, q, new ConsecutiveRows(origin + first), p.D, p.Scale);
        for (var e = thread; e < shape.Rows * stride; e += threads)
            accumulators[e] = default;
        for (var r = thread; r < shape.Rows; r += threads)
        {
            rowMax[r] = float.NegativeInfinity;
            rowSum[r] = 0f;
        }

        // No barrier yet: the one behind the first tile of keys serves. A group with rows visits at least one.
        // One more turn for the sinks: those before the first row's window.
        var turns = plan.KeptPerBlock + (plan.Sinks > 0 ? 1 : 0);
        for (var slot = 0; slot < turns; slot++)
        {
            var isSinks = slot == plan.KeptPerBlock;
            var keyBlock = isSinks ? 0 : kept[block * plan.KeptPerBlock + slot];
            var windowStart = plan.FirstKey(p, first);
            var from = isSinks ? 0 : XMath.Max(keyBlock * plan.Block, windowStart);
            var to = isSinks ? XMath.Min(plan.Sinks, windowStart) : XMath.Min((keyBlock + 1) * plan.Block, XMath.Max(plan.LastKey(p, end - 1) + 1, plan.Sinks));
            to = XMath.Min(to, TilePlan.LastSeen(p, end - 1) + 1);
            if (keyBlock < 0 || rows == 0)
                to = from;
            for (var key = from; key < to; key += shape.Keys)
            {
                var keys = XMath.Min(shape.Keys, to - key);
                TileSteps.LoadTransposed(shape, tile, keyStride, shape.Keys, keys, k, new ConsecutiveRows(origin + key), p.D, 1f);
                Group.Barrier(); // keys are there
                TileSteps.Score(shape, queries, tile, scores, p.D);
                Group.Barrier();
                for (var r = thread; r < shape.Rows; r += threads)
                {
                    Mask(shape, p, plan, scores, r, first + r, key, r < rows ? to : 0);
                    TileSteps.Weigh(shape, scores, rowMax, rowSum, rowShrink, r, 1f);
                }

                // The keys are done with: their values take the tile while other threads weigh.
                TileSteps.Load(shape, tile, shape.Keys, keys, v, new ConsecutiveRows(origin + key), p.D);
                Group.Barrier();
                TileSteps.Accumulate(shape, scores, tile, accumulators, rowShrink, p.D);
                Group.Barrier();
            }
        }

        var results = accumulators.Cast<float>();
        for (var e = thread; e < rows * p.D; e += threads)
        {
            var r = e / p.D;
            var sum = rowSum[r];
            output[(origin + first) * p.D + e] = sum > 0f ? results[r * stride * 4 + (e - r * p.D)] / sum : 0f;
        }
    }

    /// <summary>Scores of query i, in row r of the tile, that it does not keep become minus infinity.</summary>
    private static void Mask<TShape>(TShape shape, Problem p, TilePlan plan, ArrayView<Float4> scores, int r, int i, int key, int to)
        where TShape : unmanaged, ITileShape
    {
        int from = plan.FirstKey(p, i), last = plan.LastKey(p, i);
        var seen = XMath.Min(TilePlan.LastSeen(p, i), to - 1);
        // Most tiles are kept whole.
        if (key >= from && key + shape.Keys - 1 <= XMath.Min(last, seen))
            return;
        var row = scores.Cast<float>();
        var start = r * (shape.Keys + 4);
        for (var j = key; j < key + shape.Keys; j++)
        {
            if (j > seen || ((j < from || j > last) && j >= plan.Sinks))
                row[start + j - key] = float.NegativeInfinity;
        }
    }
}
