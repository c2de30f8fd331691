using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>Mean keys of all blocks of all heads, laid out [head][d][block] so that a mean query is scored against 32 blocks at a time.</summary>
internal sealed unsafe class BlockMeans(int heads, int blocks, int d) : IDisposable
{
    private const int Together = 32;

    private readonly int _stride = (blocks + Together - 1) / Together * Together;
    private readonly AlignedBuffer _means = new((long)heads * d * ((blocks + Together - 1) / Together * Together));

    /// <summary>Places for the scores of one mean query: blocks, rounded up, and what a selection may overwrite.</summary>
    public int ScorePlaces => _stride + 16;

    /// <summary>Takes the mean key of one block: rows of d floats.</summary>
    public void Set(int head, int block, float* rows, int count)
    {
        Span<float> mean = stackalloc float[d];
        fixed (float* m = mean)
        {
            Mean(rows, count, d, m);
            var target = _means.Start + ((long)head * d * _stride) + block;
            for (var c = 0; c < d; c++)
            {
                target[(long)c * _stride] = m[c];
            }
        }
    }

    /// <summary>scores[block] = scale x (query . mean key of the block), for the first count blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Score(int head, float* query, float scale, int count, float* scores)
    {
        for (var block = 0; block < count; block += Together)
        {
            var means = _means.Start + ((long)head * d * _stride) + block;
            var (s0, s1, s2, s3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var c = 0; c < d; c++, means += _stride)
            {
                var q = Vector256.Create(query[c]);
                s0 = Vector256.FusedMultiplyAdd(q, Vector256.Load(means), s0);
                s1 = Vector256.FusedMultiplyAdd(q, Vector256.Load(means + 8), s1);
                s2 = Vector256.FusedMultiplyAdd(q, Vector256.Load(means + 16), s2);
                s3 = Vector256.FusedMultiplyAdd(q, Vector256.Load(means + 24), s3);
            }

            (s0 * scale).Store(scores + block);
            (s1 * scale).Store(scores + block + 8);
            (s2 * scale).Store(scores + block + 16);
            (s3 * scale).Store(scores + block + 24);
        }
    }

    public void Dispose() => _means.Dispose();

    /// <summary>mean[c] of count rows of <paramref name="width"/> floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mean(float* rows, int count, int width, float* mean)
    {
        var inverse = 1f / count;
        var c = 0;
        for (; c <= width - Together; c += Together)
        {
            var (s0, s1, s2, s3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            var row = rows + c;
            for (var i = 0; i < count; i++, row += width)
            {
                s0 += Vector256.Load(row);
                s1 += Vector256.Load(row + 8);
                s2 += Vector256.Load(row + 16);
                s3 += Vector256.Load(row + 24);
            }

            (s0 * inverse).Store(mean + c);
            (s1 * inverse).Store(mean + c + 8);
            (s2 * inverse).Store(mean + c + 16);
            (s3 * inverse).Store(mean + c + 24);
        }

        for (; c < width; c++)
        {
            var sum = 0f;
            for (var i = 0; i < count; i++)
            {
                sum += rows[((long)i * width) + c];
            }

            mean[c] = sum * inverse;
        }
    }
}
