using System.Numerics;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Inputs.Models;

/// <summary>
/// The model X W X^T: Q = X W and K = X, so that s_ij = x_i^T W x_j / sqrt(d) with n x d tensors (paper section 0, W = W_Q W_K^T). Per head W is d x d
/// with normal entries, scaled to the Frobenius norm exactly.
/// </summary>
internal static class WeightedScores
{
    public static (float[] Q, float[] K, float[] V) Create(InputSpec spec)
    {
        var draws = new EntryDraws(spec);
        var size = checked(spec.N * spec.D);
        var (q, k) = (new float[checked(spec.Heads * size)], new float[checked(spec.Heads * size)]);
        for (var head = 0; head < spec.Heads; head++)
        {
            var x = draws.Head(TensorStream.X, head);
            Multiply(x, Weights(draws, head, spec.D, spec.Options.Norm), spec.D, q.AsSpan(head * size, size));
            for (var i = 0; i < size; i++)
            {
                k[(head * size) + i] = (float)x[i];
            }
        }

        return (q, k, draws.Values());
    }

    private static double[] Weights(EntryDraws draws, int head, int d, double norm)
    {
        var weights = draws.Normals(TensorStream.W, head, d * d);
        var squares = 0.0;
        foreach (var w in weights)
        {
            squares += w * w;
        }

        var scale = norm / Math.Sqrt(squares);
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] *= scale;
        }

        return weights;
    }

    /// <summary>
    /// X W, a row at a time. Lanes run over the columns, and every element sums its d products in the order of c, so that no vector width
    /// changes a bit; the product and the sum are two operations, never a fused one.
    /// </summary>
    private static void Multiply(double[] x, double[] weights, int d, Span<float> product)
    {
        var lanes = Vector<double>.Count;
        var row = new double[d];
        for (var first = 0; first < x.Length; first += d)
        {
            Array.Clear(row);
            for (var c = 0; c < d; c++)
            {
                var entry = x[first + c];
                var w = weights.AsSpan(c * d, d);
                var j = 0;
                for (; j <= d - lanes; j += lanes)
                {
                    (new Vector<double>(row, j) + (new Vector<double>(entry) * new Vector<double>(w[j..]))).CopyTo(row, j);
                }

                for (; j < d; j++)
                {
                    row[j] += entry * w[j];
                }
            }

            for (var j = 0; j < d; j++)
            {
                product[first + j] = (float)row[j];
            }
        }
    }
}
