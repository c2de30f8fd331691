using System.Numerics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Rows of an output that comes in parts: for each row the largest score so far and, relative to it, total weight and weighted
/// sums of V. Parts are added by their log-sum-exps, in whatever order they come.
/// </summary>
internal sealed unsafe class PartialRows(CpuTensors tensors) : IDisposable
{
    private readonly AlignedBuffer _sums = new((long)tensors.Spec.Heads * tensors.Spec.N * tensors.Columns);
    private readonly AlignedBuffer _max = new((long)tensors.Spec.Heads * tensors.Spec.N);
    private readonly AlignedBuffer _total = new((long)tensors.Spec.Heads * tensors.Spec.N);

    public void Clear()
    {
        new Span<float>(_max.Start, checked((int)_max.Length)).Fill(float.NegativeInfinity);
        new Span<float>(_total.Start, checked((int)_total.Length)).Clear();
    }

    /// <param name="part">A row that has seen at least one key.</param>
    public void Add(long row, (float Max, float Total, nint Sums) part)
    {
        var max = Math.Max(_max.Start[row], part.Max);
        var (before, now) = (new Vector<float>(Relative(_max.Start[row], max)), new Vector<float>(Relative(part.Max, max)));
        _total.Start[row] = (_total.Start[row] * before[0]) + (part.Total * now[0]);
        _max.Start[row] = max;
        var sums = _sums.Start + (row * tensors.Columns);
        var added = (float*)part.Sums;
        for (var c = 0; c < tensors.Columns; c += Vector<float>.Count)
        {
            ((Vector.Load(sums + c) * before) + (Vector.Load(added + c) * now)).Store(sums + c);
        }
    }

    public void Write(long row, float* output) => Write((_max.Start[row], _total.Start[row], (nint)(_sums.Start + (row * tensors.Columns))), output, tensors.Spec.D);

    /// <summary>Sums over total weight.</summary>
    public static void Write((float Max, float Total, nint Sums) row, float* output, int d)
    {
        var sums = (float*)row.Sums;
        var inverse = 1 / row.Total;
        var c = 0;
        for (; c <= d - Vector<float>.Count; c += Vector<float>.Count)
        {
            (Vector.Load(sums + c) * new Vector<float>(inverse)).Store(output + c);
        }

        for (; c < d; c++)
        {
            output[c] = sums[c] * inverse;
        }
    }

    public void Dispose()
    {
        _sums.Dispose();
        _max.Dispose();
        _total.Dispose();
    }

    private static float Relative(float score, float max) => score == max ? 1 : VectorMath.Exp2(score - max);
}
