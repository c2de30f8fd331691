using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>Which keys a tiled launch visits: whole key blocks by list, and inside them a window (0 = none).</summary>
public readonly record struct TilePlan(int Block, int TilesPerBlock, int KeptPerBlock, int Window);

/// <summary>
/// Streaming softmax (flash, window, block-topk). A group owns up to 16 query rows of one query block: its Q tile, accumulators
/// and a 16 x 16 score tile lie in shared memory; threads share the work by strides, so any group size is right.
/// </summary>
public static class TiledAttention
{
    public const int Tile = 16;

    /// <summary>Two 16 x d tiles must fit beside the scores into 48 KiB of shared memory.</summary>
    public const int MaxHeadDim = 256;

    public static void Run(Problem p, TilePlan plan, ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<int> kept, ArrayView<float> output)
    {
        var qTile = SharedMemory.Allocate<float>(Tile * MaxHeadDim);
        var accumulator = SharedMemory.Allocate<float>(Tile * MaxHeadDim);
        var weights = SharedMemory.Allocate<float>(Tile * Tile);
        var rowMax = SharedMemory.Allocate<float>(Tile);
        var rowSum = SharedMemory.Allocate<float>(Tile);
        var rowShrink = SharedMemory.Allocate<float>(Tile);

        int thread = Group.IdxX, threads = Group.DimX;
        var block = Grid.IdxX / plan.TilesPerBlock;
        var blocks = (p.N + plan.Block - 1) / plan.Block;
        var head = block / blocks;
        var queryBlock = block - head * blocks;
        var first = queryBlock * plan.Block + (Grid.IdxX - block * plan.TilesPerBlock) * Tile;
        var end = XMath.Min(XMath.Min(first + Tile, (queryBlock + 1) * plan.Block), p.N);
        var rows = XMath.Max(end - first, 0);
        var origin = head * p.N;

        for (var e = thread; e < rows * p.D; e += threads)
        {
            qTile[e] = q[(origin + first) * p.D + e] * p.Scale;
            accumulator[e] = 0f;
        }

        for (var r = thread; r < Tile; r += threads)
        {
            rowMax[r] = float.NegativeInfinity;
            rowSum[r] = 0f;
        }

        Group.Barrier();
        for (var slot = 0; slot < plan.KeptPerBlock; slot++)
        {
            var keyBlock = kept[block * plan.KeptPerBlock + slot];
            var from = XMath.Max(keyBlock * plan.Block, rows > 0 ? FirstKey(p, plan, first) : 0);
            var to = XMath.Min((keyBlock + 1) * plan.Block, rows > 0 ? LastKey(p, plan, end - 1) + 1 : 0);
            if (keyBlock < 0)
                to = from;
            for (var key = from; key < to; key += Tile)
            {
                for (var e = thread; e < Tile * Tile; e += threads)
                {
                    int r = e / Tile, j = key + (e - e / Tile * Tile);
                    var score = float.NegativeInfinity;
                    if (r < rows && j < to && j >= FirstKey(p, plan, first + r) && j <= LastKey(p, plan, first + r))
                    {
                        score = 0f;
                        for (var c = 0; c < p.D; c++)
                            score += qTile[r * p.D + c] * k[(origin + j) * p.D + c];
                    }

                    weights[e] = score;
                }

                Group.Barrier();
                for (var r = thread; r < rows; r += threads)
                {
                    var max = rowMax[r];
                    for (var j = 0; j < Tile; j++)
                        max = XMath.Max(max, weights[r * Tile + j]);
                    // A row that has seen no key yet must not compute -inf - -inf.
                    var anchor = max == float.NegativeInfinity ? 0f : max;
                    var shrink = XMath.Exp(rowMax[r] - anchor);
                    var sum = rowSum[r] * shrink;
                    for (var j = 0; j < Tile; j++)
                    {
                        var weight = XMath.Exp(weights[r * Tile + j] - anchor);
                        weights[r * Tile + j] = weight;
                        sum += weight;
                    }

                    rowMax[r] = max;
                    rowSum[r] = sum;
                    rowShrink[r] = shrink;
                }

                Group.Barrier();
                var keys = XMath.Min(Tile, to - key);
                for (var e = thread; e < rows * p.D; e += threads)
                {
                    var r = e / p.D;
                    var c = e - r * p.D;
                    var sum = accumulator[e] * rowShrink[r];
                    for (var j = 0; j < keys; j++)
                        sum += weights[r * Tile + j] * v[(origin + key + j) * p.D + c];
                    accumulator[e] = sum;
                }

                Group.Barrier();
            }
        }

        for (var e = thread; e < rows * p.D; e += threads)
        {
            var sum = rowSum[e / p.D];
            output[(origin + first) * p.D + e] = sum > 0f ? accumulator[e] / sum : 0f;
        }
    }

    private static int FirstKey(Problem p, TilePlan plan, int i)
    {
        if (plan.Window == 0)
            return 0;
        return p.Causal != 0
            ? XMath.Max(0, i - plan.Window + 1)
            : XMath.Min(XMath.Max(i - plan.Window / 2, 0), p.N - plan.Window);
    }

    private static int LastKey(Problem p, TilePlan plan, int i)
    {
        if (p.Causal != 0)
            return i;
        return plan.Window == 0 ? p.N - 1 : FirstKey(p, plan, i) + plan.Window - 1;
    }
}
