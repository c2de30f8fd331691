using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>
/// Streaming softmax (flash, window, block-topk). A group owns up to <c>Rows</c> query rows of one query block. Its Q tile, its
/// accumulators, one tile of keys (then of the same keys' values) and the scores lie in shared memory. A thread computes 4 x 4
/// scores, and 4 rows x 4 columns of the output, in registers: named scalars, as ILGPU puts arrays indexed by a loop into local
/// memory. Work is shared by strides, so any group size is right.
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
        // One vector more than d / 4: neighbouring rows then start in different banks.
        var stride = (shape.HeadDim / 4) + 1;
        var scoreStride = (shape.Keys / 4) + 1;
        var queries = SharedMemory.Allocate<Float4>(shape.Rows * stride);
        var accumulators = SharedMemory.Allocate<Float4>(shape.Rows * stride);
        var tile = SharedMemory.Allocate<Float4>(shape.Keys * stride);
        var scores = SharedMemory.Allocate<Float4>(shape.Rows * scoreStride);
        var rowMax = SharedMemory.Allocate<float>(shape.Rows);
        var rowSum = SharedMemory.Allocate<float>(shape.Rows);
        var rowShrink = SharedMemory.Allocate<float>(shape.Rows);
        var scalarScores = scores.Cast<float>();

        int thread = Group.IdxX, threads = Group.DimX;
        var block = Grid.IdxX / plan.TilesPerBlock;
        var blocks = (p.N + plan.Block - 1) / plan.Block;
        var head = block / blocks;
        var queryBlock = block - head * blocks;
        var first = queryBlock * plan.Block + (Grid.IdxX - block * plan.TilesPerBlock) * shape.Rows;
        var end = XMath.Min(XMath.Min(first + shape.Rows, (queryBlock + 1) * plan.Block), p.N);
        var rows = XMath.Max(end - first, 0);
        var origin = head * p.N;
        var columns = (p.D + 3) / 4;

        Load(queries.Cast<float>(), stride, shape.Rows, rows, q, origin + first, p.D, p.Scale);
        for (var e = thread; e < shape.Rows * stride; e += threads)
            accumulators[e] = default;
        for (var r = thread; r < shape.Rows; r += threads)
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
            for (var key = from; key < to; key += shape.Keys)
            {
                var keys = XMath.Min(shape.Keys, to - key);
                Load(tile.Cast<float>(), stride, shape.Keys, keys, k, origin + key, p.D, 1f);
                Group.Barrier(); // keys are there
                for (var e = thread; e < shape.Rows / 4 * (shape.Keys / 4); e += threads)
                {
                    int r = e / (shape.Keys / 4), c = e - (r * (shape.Keys / 4));
                    Score(shape, p, plan, queries, tile, scalarScores, columns, r, c, first, rows, key, to);
                }

                Group.Barrier();
                for (var r = thread; r < shape.Rows; r += threads)
                {
                    var start = r * scoreStride * 4;
                    var max = rowMax[r];
                    for (var j = 0; j < shape.Keys; j++)
                        max = XMath.Max(max, scalarScores[start + j]);
                    // A row that has seen no key yet must not compute -inf - -inf.
                    var anchor = max == float.NegativeInfinity ? 0f : max;
                    var shrink = XMath.Exp(rowMax[r] - anchor);
                    var sum = rowSum[r] * shrink;
                    for (var j = 0; j < shape.Keys; j++)
                    {
                        var weight = XMath.Exp(scalarScores[start + j] - anchor);
                        scalarScores[start + j] = weight;
                        sum += weight;
                    }

                    rowMax[r] = max;
                    rowSum[r] = sum;
                    rowShrink[r] = shrink;
                }

                // The keys are done with: their values take the tile while other threads weigh.
                Load(tile.Cast<float>(), stride, shape.Keys, keys, v, origin + key, p.D, 1f);
                Group.Barrier();
                for (var e = thread; e < shape.Rows / 4 * columns; e += threads)
                {
                    var r = e / columns;
                    Accumulate(shape, scores, tile, accumulators, rowShrink, 4 * r, e - (r * columns));
                }

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

    /// <summary>Rows of a tensor into a tile; what the tile has beyond them becomes zero, as weights of zero are multiplied with it.</summary>
    private static void Load(
        ArrayView<float> tile, int stride, int tileRows, int rows, ArrayView<float> source, int firstRow, int d, float factor)
    {
        var padded = (d + 3) / 4 * 4;
        for (var e = Group.IdxX; e < tileRows * padded; e += Group.DimX)
        {
            var r = e / padded;
            var c = e - r * padded;
            tile[r * stride * 4 + c] = r < rows && c < d ? source[(firstRow + r) * d + c] * factor : 0f;
        }
    }

    /// <summary>Scores of query rows r, r + Rows/4, … and of keys c, c + Keys/4, …: so spread, the keys of neighbouring threads lie in different banks.</summary>
    private static void Score<TShape>(
        TShape shape, Problem p, TilePlan plan, ArrayView<Float4> queries, ArrayView<Float4> tile, ArrayView<float> scores,
        int columns, int r, int c, int first, int rows, int key, int to)
        where TShape : unmanaged, ITileShape
    {
        var stride = (shape.HeadDim / 4) + 1;
        int rowStep = shape.Rows / 4, keyStep = shape.Keys / 4;
        float s00 = 0f, s01 = 0f, s02 = 0f, s03 = 0f, s10 = 0f, s11 = 0f, s12 = 0f, s13 = 0f;
        float s20 = 0f, s21 = 0f, s22 = 0f, s23 = 0f, s30 = 0f, s31 = 0f, s32 = 0f, s33 = 0f;
        for (var x = 0; x < columns; x++)
        {
            var q0 = queries[r * stride + x];
            var q1 = queries[(r + rowStep) * stride + x];
            var q2 = queries[(r + 2 * rowStep) * stride + x];
            var q3 = queries[(r + 3 * rowStep) * stride + x];
            var key0 = tile[c * stride + x];
            s00 = q0.Dot(key0, s00);
            s10 = q1.Dot(key0, s10);
            s20 = q2.Dot(key0, s20);
            s30 = q3.Dot(key0, s30);
            var key1 = tile[(c + keyStep) * stride + x];
            s01 = q0.Dot(key1, s01);
            s11 = q1.Dot(key1, s11);
            s21 = q2.Dot(key1, s21);
            s31 = q3.Dot(key1, s31);
            var key2 = tile[(c + 2 * keyStep) * stride + x];
            s02 = q0.Dot(key2, s02);
            s12 = q1.Dot(key2, s12);
            s22 = q2.Dot(key2, s22);
            s32 = q3.Dot(key2, s32);
            var key3 = tile[(c + 3 * keyStep) * stride + x];
            s03 = q0.Dot(key3, s03);
            s13 = q1.Dot(key3, s13);
            s23 = q2.Dot(key3, s23);
            s33 = q3.Dot(key3, s33);
        }

        Store(shape, p, plan, scores, r, c, first, rows, key, to, s00, s01, s02, s03);
        Store(shape, p, plan, scores, r + rowStep, c, first, rows, key, to, s10, s11, s12, s13);
        Store(shape, p, plan, scores, r + 2 * rowStep, c, first, rows, key, to, s20, s21, s22, s23);
        Store(shape, p, plan, scores, r + 3 * rowStep, c, first, rows, key, to, s30, s31, s32, s33);
    }

    private static void Store<TShape>(
        TShape shape, Problem p, TilePlan plan, ArrayView<float> scores,
        int r, int c, int first, int rows, int key, int to, float s0, float s1, float s2, float s3)
        where TShape : unmanaged, ITileShape
    {
        var keyStep = shape.Keys / 4;
        var at = r * (keyStep + 1) * 4 + c;
        var j = key + c;
        var from = FirstKey(p, plan, first + r);
        var last = r < rows ? XMath.Min(LastKey(p, plan, first + r), to - 1) : -1;
        scores[at] = j >= from && j <= last ? s0 : float.NegativeInfinity;
        scores[at + keyStep] = j + keyStep >= from && j + keyStep <= last ? s1 : float.NegativeInfinity;
        scores[at + 2 * keyStep] = j + 2 * keyStep >= from && j + 2 * keyStep <= last ? s2 : float.NegativeInfinity;
        scores[at + 3 * keyStep] = j + 3 * keyStep >= from && j + 3 * keyStep <= last ? s3 : float.NegativeInfinity;
    }

    /// <summary>Four output rows from r on, vector column c: shrunk, then the tile's values added by weight.</summary>
    private static void Accumulate<TShape>(
        TShape shape, ArrayView<Float4> weights, ArrayView<Float4> values, ArrayView<Float4> accumulators, ArrayView<float> rowShrink, int r, int c)
        where TShape : unmanaged, ITileShape
    {
        int stride = (shape.HeadDim / 4) + 1, weightStride = (shape.Keys / 4) + 1;
        var a0 = accumulators[r * stride + c].Times(rowShrink[r]);
        var a1 = accumulators[(r + 1) * stride + c].Times(rowShrink[r + 1]);
        var a2 = accumulators[(r + 2) * stride + c].Times(rowShrink[r + 2]);
        var a3 = accumulators[(r + 3) * stride + c].Times(rowShrink[r + 3]);
        for (var j = 0; j < shape.Keys / 4; j++)
        {
            var v0 = values[4 * j * stride + c];
            var v1 = values[(4 * j + 1) * stride + c];
            var v2 = values[(4 * j + 2) * stride + c];
            var v3 = values[(4 * j + 3) * stride + c];
            a0 = weights[r * weightStride + j].Combine(v0, v1, v2, v3, a0);
            a1 = weights[(r + 1) * weightStride + j].Combine(v0, v1, v2, v3, a1);
            a2 = weights[(r + 2) * weightStride + j].Combine(v0, v1, v2, v3, a2);
            a3 = weights[(r + 3) * weightStride + j].Combine(v0, v1, v2, v3, a3);
        }

        accumulators[r * stride + c] = a0;
        accumulators[(r + 1) * stride + c] = a1;
        accumulators[(r + 2) * stride + c] = a2;
        accumulators[(r + 3) * stride + c] = a3;
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
