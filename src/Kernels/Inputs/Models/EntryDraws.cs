using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Inputs.Models;

/// <summary>Which stream of the input's generator a tensor is drawn from.</summary>
internal enum TensorStream
{
    /// <summary>Q, or the X of models that make Q and K of it: no input has both.</summary>
    X = 0,
    K = 1,
    V = 2,
    W = 3,
}

/// <summary>
/// Draws the tensors of an input as its options say (<see cref="InputOptions"/>): entries, correlation along the sequence, then across the
/// dimensions, layer normalisation, sigma, outlier channels. One thread and only IEEE operations in a fixed order, hence the
/// same bits everywhere.
/// </summary>
internal sealed class EntryDraws(InputSpec spec)
{
    // n and d name the stream too: inputs of one seed but of different shapes share no numbers, so that means over
    // shapes are means of independent draws. Sigma and the options do not: they reshape the same draws.
    private readonly NormalSequence _shape = new NormalSequence((ulong)spec.Seed).Derive((ulong)spec.N).Derive((ulong)spec.D);

    private InputOptions Options => spec.Options;

    private bool IsPlain => Options is { LayerNorm: false, Rho: 0, RhoD: 0, Nu: 0, Outliers: 0 };

    /// <summary>Q, K or X in float32, heads x n x d.</summary>
    public float[] Rounded(TensorStream tensor)
    {
        var values = new float[checked(spec.Heads * spec.N * spec.D)];
        if (IsPlain)
        {
            Stream(tensor).Fill(values, 0, spec.Sigma);
            return values;
        }

        for (var head = 0; head < spec.Heads; head++)
        {
            var exact = Head(tensor, head);
            var rounded = values.AsSpan(head * exact.Length, exact.Length);
            for (var i = 0; i < exact.Length; i++)
            {
                rounded[i] = (float)exact[i];
            }
        }

        return values;
    }

    /// <summary>V in float32: N(mean_v, 1), heads x n x d.</summary>
    public float[] Values()
    {
        var values = new float[checked(spec.Heads * spec.N * spec.D)];
        Stream(TensorStream.V).Fill(values, 0, 1.0);
        if (Options.MeanV != 0)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(Options.MeanV + values[i]);
            }
        }

        return values;
    }

    /// <summary>One head of Q, K or X before rounding, n x d.</summary>
    public double[] Head(TensorStream tensor, int head)
    {
        var (n, d) = (spec.N, spec.D);
        var values = new double[checked(n * d)];
        var first = (ulong)head * (ulong)values.Length;
        if (Options.Nu == 0)
        {
            Stream(tensor).Fill(values, first);
        }
        else
        {
            Stream(tensor).FillStudent(values, first, Options.Nu);
        }

        if (Options.Rho != 0)
        {
            // AR(1) with the variance kept: x_i = rho x_(i-1) + sqrt(1 - rho^2) e_i, from x_0 = e_0.
            Correlate(values, d, d, Options.Rho);
        }

        if (Options.RhoD != 0)
        {
            for (var row = 0; row < n; row++)
            {
                Correlate(values.AsSpan(row * d, d), 1, 1, Options.RhoD);
            }
        }

        for (var row = 0; row < n; row++)
        {
            var entries = values.AsSpan(row * d, d);
            if (Options.LayerNorm)
            {
                Normalise(entries);
            }

            for (var c = 0; c < d; c++)
            {
                entries[c] *= spec.Sigma * (c < Options.Outliers ? Options.OutlierScale : 1);
            }
        }

        return values;
    }

    /// <summary>Standard normals of a stream of this input, for what is no tensor of the kernels.</summary>
    public double[] Normals(TensorStream tensor, int head, int count)
    {
        var values = new double[count];
        Stream(tensor).Fill(values, (ulong)head * (ulong)count);
        return values;
    }

    private NormalSequence Stream(TensorStream tensor) => _shape.Derive((ulong)tensor);

    /// <param name="start">The first entry that has a predecessor, <paramref name="back"/> entries before it.</param>
    private static void Correlate(Span<double> values, int start, int back, double rho)
    {
        var fresh = Math.Sqrt(1 - (rho * rho));
        for (var i = start; i < values.Length; i++)
        {
            values[i] = (rho * values[i - back]) + (fresh * values[i]);
        }
    }

    private static void Normalise(Span<double> row)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in row)
        {
            sum += value;
        }

        var mean = sum / row.Length;
        foreach (var value in row)
        {
            squares += (value - mean) * (value - mean);
        }

        var deviation = Math.Sqrt(squares / row.Length);
        for (var c = 0; c < row.Length; c++)
        {
            // A row without spread (correlated to the last bit) has nothing to normalise.
            row[c] = deviation > 0 ? (row[c] - mean) / deviation : 0;
        }
    }
}
