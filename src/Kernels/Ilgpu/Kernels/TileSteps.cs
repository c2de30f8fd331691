using ILGPU;
using ILGPU.Algorithms;

namespace AttnSweep.Kernels.Ilgpu.Kernels;

/// <summary>
/// The steps of a group that streams tiles of keys past its query rows. Q and the keys lie transposed in shared memory, so that a
/// vector holds one coordinate of four neighbouring rows or keys; values, scores and accumulators lie in rows. Work is shared
/// by strides, so any group size is right. Register tiles are named: ILGPU puts arrays indexed by a loop into local memory.
/// </summary>
internal static class TileSteps
{
    /// <summary>Vectors of an accumulator row: whole pairs, as a thread combines two columns of vectors.</summary>
    public static int Columns(int d) => (d + 7) / 8 * 2;

    /// <summary>Rows of a tensor into columns of a tile; what the tile has beyond them becomes zero. A thread moves patches of 4 x 4.</summary>
    public static void LoadTransposed<TShape, TRows>(
        TShape shape, ArrayView<Float4> tile, int stride, int tileRows, int rows, ArrayView<float> source, TRows from, int d, float factor)
        where TShape : unmanaged, ITileShape
        where TRows : struct, ITileRows
    {
        // Whole tiles of whole vectors, nearly all, go without a question for each element.
        var isWhole = rows == tileRows && d % 4 == 0;
        var vectors = source.Cast<Float4>();
        // Strides of the shape, not of d: they divide by shifting.
        for (var e = Group.IdxX; e < tileRows / 4 * (shape.HeadDim / 4); e += Group.DimX)
        {
            var r = e / (shape.HeadDim / 4);
            var c = e - r * (shape.HeadDim / 4);
            var at = 4 * c * stride + r;
            if (4 * c < d && isWhole)
            {
                StoreTransposed(
                    tile, at, stride, factor, vectors[from.At(4 * r) * (d / 4) + c], vectors[from.At(4 * r + 1) * (d / 4) + c],
                    vectors[from.At(4 * r + 2) * (d / 4) + c], vectors[from.At(4 * r + 3) * (d / 4) + c]);
            }
            else if (4 * c < d)
            {
                StoreTransposed(
                    tile, at, stride, factor, Vector(source, from, 4 * r, rows, c, d), Vector(source, from, 4 * r + 1, rows, c, d),
                    Vector(source, from, 4 * r + 2, rows, c, d), Vector(source, from, 4 * r + 3, rows, c, d));
            }
        }
    }

    /// <summary>Rows of a tensor into rows of a tile; what the tile has beyond them becomes zero, as weights of zero are multiplied with it.</summary>
    public static void Load<TShape, TRows>(
        TShape shape, ArrayView<Float4> tile, int tileRows, int rows, ArrayView<float> source, TRows from, int d)
        where TShape : unmanaged, ITileShape
        where TRows : struct, ITileRows
    {
        var columns = Columns(d);
        var isWhole = rows == tileRows && d == 4 * columns;
        var vectors = source.Cast<Float4>();
        for (var e = Group.IdxX; e < tileRows * (shape.HeadDim / 4); e += Group.DimX)
        {
            var r = e / (shape.HeadDim / 4);
            var c = e - r * (shape.HeadDim / 4);
            if (c < columns && isWhole)
                tile[r * (shape.HeadDim / 4 + 1) + c] = vectors[from.At(r) * columns + c];
            else if (c < columns)
                tile[r * (shape.HeadDim / 4 + 1) + c] = Vector(source, from, r, rows, c, d);
        }
    }

    private static void StoreTransposed(ArrayView<Float4> tile, int at, int stride, float factor, Float4 r0, Float4 r1, Float4 r2, Float4 r3)
    {
        tile[at] = new Float4(r0.X, r1.X, r2.X, r3.X).Times(factor);
        tile[at + stride] = new Float4(r0.Y, r1.Y, r2.Y, r3.Y).Times(factor);
        tile[at + 2 * stride] = new Float4(r0.Z, r1.Z, r2.Z, r3.Z).Times(factor);
        tile[at + 3 * stride] = new Float4(r0.W, r1.W, r2.W, r3.W).Times(factor);
    }

    /// <summary>Coordinates 4c .. 4c + 3 of a row; zeros where there is no such row or coordinate.</summary>
    private static Float4 Vector<TRows>(ArrayView<float> source, TRows from, int r, int rows, int c, int d)
        where TRows : struct, ITileRows
    {
        var isInside = r < rows;
        var at = isInside ? from.At(r) * d + 4 * c : 0;
        return new Float4(
            isInside && 4 * c < d ? source[at] : 0f, isInside && 4 * c + 1 < d ? source[at + 1] : 0f,
            isInside && 4 * c + 2 < d ? source[at + 2] : 0f, isInside && 4 * c + 3 < d ? source[at + 3] : 0f);
    }

    /// <summary>All scores of a tile: a thread owns patches of four query rows and of four or eight keys.</summary>
    public static void Score<TShape>(TShape shape, ArrayView<Float4> queries, ArrayView<Float4> tile, ArrayView<Float4> scores, int d)
        where TShape : unmanaged, ITileShape
    {
        int rowVectors = shape.Rows / 4, stride = shape.Keys / 4 + 1, patches = shape.Keys / 4 / shape.KeyVectors;
        for (var e = Group.IdxX; e < rowVectors * patches; e += Group.DimX)
        {
            var r = e / patches;
            var j = (e - r * patches) * shape.KeyVectors;
            Float4 s0 = default, t0 = default, s1 = default, t1 = default;
            Float4 s2 = default, t2 = default, s3 = default, t3 = default;
            for (var x = 0; x < d; x++)
            {
                var q = queries[x * rowVectors + r];
                var k = tile[x * stride + j];
                if (shape.KeyVectors == 2)
                {
                    var l = tile[x * stride + j + 1];
                    s0 = k.TimesPlus(q.X, s0);
                    t0 = l.TimesPlus(q.X, t0);
                    s1 = k.TimesPlus(q.Y, s1);
                    t1 = l.TimesPlus(q.Y, t1);
                    s2 = k.TimesPlus(q.Z, s2);
                    t2 = l.TimesPlus(q.Z, t2);
                    s3 = k.TimesPlus(q.W, s3);
                    t3 = l.TimesPlus(q.W, t3);
                }
                else
                {
                    s0 = k.TimesPlus(q.X, s0);
                    s1 = k.TimesPlus(q.Y, s1);
                    s2 = k.TimesPlus(q.Z, s2);
                    s3 = k.TimesPlus(q.W, s3);
                }
            }

            var at = 4 * r * stride + j;
            scores[at] = s0;
            scores[at + stride] = s1;
            scores[at + 2 * stride] = s2;
            scores[at + 3 * stride] = s3;
            if (shape.KeyVectors == 2)
            {
                scores[at + 1] = t0;
                scores[at + stride + 1] = t1;
                scores[at + 2 * stride + 1] = t2;
                scores[at + 3 * stride + 1] = t3;
            }
        }
    }

    /// <summary>Masked scores of row r (minus infinity: not kept) become weights, each times a factor, and the row's running maximum and sum move on.</summary>
    public static void Weigh<TShape>(
        TShape shape, ArrayView<Float4> scores, ArrayView<float> rowMax, ArrayView<float> rowSum, ArrayView<float> rowShrink, int r, float factor)
        where TShape : unmanaged, ITileShape
    {
        var start = r * (shape.Keys / 4 + 1);
        var largest = scores[start];
        for (var j = 1; j < shape.Keys / 4; j++)
            largest = largest.Max(scores[start + j]);
        var before = rowMax[r];
        var max = XMath.Max(before, largest.LargestElement());
        // A row that has seen no key yet must not compute -inf - -inf.
        var anchor = max == float.NegativeInfinity ? 0f : max;
        Float4 sum = default;
        for (var j = 0; j < shape.Keys / 4; j++)
        {
            var weight = scores[start + j].ExpLess(anchor).Times(factor);
            scores[start + j] = weight;
            sum = sum.Plus(weight);
        }

        var shrink = XMath.Exp(before - anchor);
        rowMax[r] = max;
        rowSum[r] = rowSum[r] * shrink + sum.SumOfElements();
        rowShrink[r] = shrink;
    }

    /// <summary>Accumulators shrunk, and the tile's values added by weight: a thread owns patches of four rows and two columns of vectors.</summary>
    public static void Accumulate<TShape>(
        TShape shape, ArrayView<Float4> scores, ArrayView<Float4> values, ArrayView<Float4> accumulators, ArrayView<float> rowShrink, int d)
        where TShape : unmanaged, ITileShape
    {
        int stride = shape.HeadDim / 4 + 1, weightStride = shape.Keys / 4 + 1, pairs = Columns(d) / 2;
        for (var e = Group.IdxX; e < shape.Rows / 4 * pairs; e += Group.DimX)
        {
            var row = e / pairs;
            var c = 2 * (e - row * pairs);
            row *= 4;
            var at = row * stride + c;
            Float4 a0 = accumulators[at].Times(rowShrink[row]), b0 = accumulators[at + 1].Times(rowShrink[row]);
            Float4 a1 = accumulators[at + stride].Times(rowShrink[row + 1]), b1 = accumulators[at + stride + 1].Times(rowShrink[row + 1]);
            Float4 a2 = accumulators[at + 2 * stride].Times(rowShrink[row + 2]), b2 = accumulators[at + 2 * stride + 1].Times(rowShrink[row + 2]);
            Float4 a3 = accumulators[at + 3 * stride].Times(rowShrink[row + 3]), b3 = accumulators[at + 3 * stride + 1].Times(rowShrink[row + 3]);
            for (var j = 0; j < shape.Keys / 4; j++)
            {
                Float4 w0 = scores[row * weightStride + j], w1 = scores[(row + 1) * weightStride + j];
                Float4 w2 = scores[(row + 2) * weightStride + j], w3 = scores[(row + 3) * weightStride + j];
                Float4 v = values[4 * j * stride + c], u = values[4 * j * stride + c + 1];
                a0 = v.TimesPlus(w0.X, a0);
                b0 = u.TimesPlus(w0.X, b0);
                a1 = v.TimesPlus(w1.X, a1);
                b1 = u.TimesPlus(w1.X, b1);
                a2 = v.TimesPlus(w2.X, a2);
                b2 = u.TimesPlus(w2.X, b2);
                a3 = v.TimesPlus(w3.X, a3);
                b3 = u.TimesPlus(w3.X, b3);
                v = values[(4 * j + 1) * stride + c];
                u = values[(4 * j + 1) * stride + c + 1];
                a0 = v.TimesPlus(w0.Y, a0);
                b0 = u.TimesPlus(w0.Y, b0);
                a1 = v.TimesPlus(w1.Y, a1);
                b1 = u.TimesPlus(w1.Y, b1);
                a2 = v.TimesPlus(w2.Y, a2);
                b2 = u.TimesPlus(w2.Y, b2);
                a3 = v.TimesPlus(w3.Y, a3);
                b3 = u.TimesPlus(w3.Y, b3);
                v = values[(4 * j + 2) * stride + c];
                u = values[(4 * j + 2) * stride + c + 1];
                a0 = v.TimesPlus(w0.Z, a0);
                b0 = u.TimesPlus(w0.Z, b0);
                a1 = v.TimesPlus(w1.Z, a1);
                b1 = u.TimesPlus(w1.Z, b1);
                a2 = v.TimesPlus(w2.Z, a2);
                b2 = u.TimesPlus(w2.Z, b2);
                a3 = v.TimesPlus(w3.Z, a3);
                b3 = u.TimesPlus(w3.Z, b3);
                v = values[(4 * j + 3) * stride + c];
                u = values[(4 * j + 3) * stride + c + 1];
                a0 = v.TimesPlus(w0.W, a0);
                b0 = u.TimesPlus(w0.W, b0);
                a1 = v.TimesPlus(w1.W, a1);
                b1 = u.TimesPlus(w1.W, b1);
                a2 = v.TimesPlus(w2.W, a2);
                b2 = u.TimesPlus(w2.W, b2);
                a3 = v.TimesPlus(w3.W, a3);
                b3 = u.TimesPlus(w3.W, b3);
            }

            accumulators[at] = a0;
            accumulators[at + 1] = b0;
            accumulators[at + stride] = a1;
            accumulators[at + stride + 1] = b1;
            accumulators[at + 2 * stride] = a2;
            accumulators[at + 2 * stride + 1] = b2;
            accumulators[at + 3 * stride] = a3;
            accumulators[at + 3 * stride + 1] = b3;
        }
    }
}
