using AttnSweep.Kernels.Ilgpu;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime;

namespace Dilated;

/// <summary>Device code for cuda and opencl. Public, as ILGPU's CPU accelerator calls it from an assembly of its own.</summary>
public static class DilatedOnGpu
{
    /// <summary>Compiles the one step.</summary>
    internal static Action<Index1D, Problem, int, int, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>> Load(Accelerator accelerator) =>
        accelerator.LoadAutoGroupedStreamKernel<Index1D, Problem, int, int, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>>(Attend);

    /// <summary>A thread owns one row, and computes its scores three times, as it has nowhere to keep them: for the largest, for the sum, for the weights.</summary>
    public static void Attend(
        Index1D index, Problem p, int reach, int step, ArrayView<float> q, ArrayView<float> k, ArrayView<float> v, ArrayView<float> output)
    {
        int row = index;
        var head = row / p.N * p.N;
        var i = row - head;
        var first = i - XMath.Min(reach, i / step) * step;
        var last = p.Causal != 0 ? i : i + XMath.Min(reach, (p.N - 1 - i) / step) * step;
        var largest = float.NegativeInfinity;
        for (var key = first; key <= last; key += step)
            largest = XMath.Max(largest, Score(p, row, head + key, q, k));
        var sum = 0f;
        for (var key = first; key <= last; key += step)
            sum += XMath.Exp(Score(p, row, head + key, q, k) - largest);
        for (var c = 0; c < p.D; c++)
            output[row * p.D + c] = 0f;
        for (var key = first; key <= last; key += step)
        {
            var weight = XMath.Exp(Score(p, row, head + key, q, k) - largest) / sum;
            for (var c = 0; c < p.D; c++)
                output[row * p.D + c] += weight * v[(head + key) * p.D + c];
        }
    }

    private static float Score(Problem p, int row, int key, ArrayView<float> q, ArrayView<float> k)
    {
        var dot = 0f;
        for (var c = 0; c < p.D; c++)
            dot += q[row * p.D + c] * k[key * p.D + c];
        return dot * p.Scale;
    }
}
