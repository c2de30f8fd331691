using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AttnSweep.Kernels.Own;

namespace Dilated;

/// <summary>A thread owns one row at a time: its scores, their softmax, and the weighted sum of V's rows, in vectors of the machine's width. Its loops are compiled with all optimisations from the first call, so that nothing changes between samples.</summary>
internal sealed class DilatedOnCpu
{
    private readonly CpuWork _work;
    private readonly float[][] _weights;

    public DilatedOnCpu(CpuWork work)
    {
        _work = work;
        var most = Math.Min(work.Input.Spec.N, 2 * work.Kernel.Count("reach") + 1);
        _weights = [.. Enumerable.Range(0, work.Threads).Select(_ => new float[most])];
    }

    public void Launch(float[] output)
    {
        _work.Phase("attend");
        _work.Run(_work.Input.Spec.Heads * _work.Input.Spec.N, (row, member) => Attend(row, _weights[member], output));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(int row, float[] weights, float[] output)
    {
        var (spec, step) = (_work.Input.Spec, _work.Kernel.Count("step"));
        var head = row / spec.N * spec.N;
        var (first, last) = DilatedKernel.Range(spec, _work.Kernel, row - head);
        var query = _work.Input.Q.AsSpan(row * spec.D, spec.D);
        var (count, largest) = (0, float.NegativeInfinity);
        for (var key = first; key <= last; key += step)
        {
            var score = Dot(query, _work.Input.K.AsSpan((head + key) * spec.D, spec.D)) * (float)spec.Scale;
            largest = Math.Max(largest, weights[count++] = score);
        }

        var sum = 0f;
        for (var k = 0; k < count; k++)
        {
            sum += weights[k] = MathF.Exp(weights[k] - largest);
        }

        var result = output.AsSpan(row * spec.D, spec.D);
        result.Clear();
        for (var k = 0; k < count; k++)
        {
            AddScaled(result, _work.Input.V.AsSpan((head + first + k * step) * spec.D, spec.D), weights[k] / sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var wideA = MemoryMarshal.Cast<float, Vector<float>>(a);
        var wideB = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < wideA.Length; i++)
        {
            sums += wideA[i] * wideB[i];
        }

        var sum = Vector.Sum(sums);
        for (var i = wideA.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(Span<float> into, ReadOnlySpan<float> values, float weight)
    {
        var wideInto = MemoryMarshal.Cast<float, Vector<float>>(into);
        var wideValues = MemoryMarshal.Cast<float, Vector<float>>(values);
        for (var i = 0; i < wideInto.Length; i++)
        {
            wideInto[i] += wideValues[i] * weight;
        }

        for (var i = wideInto.Length * Vector<float>.Count; i < into.Length; i++)
        {
            into[i] += values[i] * weight;
        }
    }
}
