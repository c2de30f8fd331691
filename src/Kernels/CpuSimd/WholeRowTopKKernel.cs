using System.Numerics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// The k largest scores of each row, exactly, for kernels that then need the row's other scores too. A thread owns 24 rows at a
/// time. A guess of the k-th largest (mean plus so many deviations, as the row before had it) leaves a few more than k keys; the exact choice is made among those.
/// </summary>
internal abstract unsafe class WholeRowTopKKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly WholeRows[] _rows;
    private readonly Survivors[] _survivors;
    private readonly int _k;

    protected WholeRowTopKKernel(CpuTensors tensors, ThreadTeam team, int k)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _k = Math.Min(k, spec.N);
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _rows = OwnPerThread(() => new WholeRows(tensors, _keys));
        _survivors = OwnPerThread(() => new Survivors(_rows[0].Stride, tensors.Columns));
    }

    protected override void LaunchOnce()
    {
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        var spec = Tensors.Spec;
        var blocks = (spec.N + WholeRows.MaxRows - 1) / WholeRows.MaxRows;
        Stage("rows");
        Team.Run(spec.Heads * blocks, (index, member) => Block(member, index / blocks, blocks - 1 - (index % blocks)));
    }

    private void Block(int member, int head, int block)
    {
        var spec = Tensors.Spec;
        var (rows, survivors) = (_rows[member], _survivors[member]);
        var first = block * WholeRows.MaxRows;
        var count = Math.Min(WholeRows.MaxRows, spec.N - first);
        Phase(member, "score");
        rows.Compute(_keys, head, first, count, QueryScale, row => spec.Causal ? first + row + 1 : spec.N);
        var guess = 0f;
        for (var row = 0; row < count; row++)
        {
            Phase(member, "select");
            var scores = rows.Row(row);
            var visible = spec.Causal ? first + row + 1 : spec.N;
            if (_k >= visible)
            {
                survivors.Collect(scores, rows.Columns, float.NegativeInfinity, orEqual: false);
            }
            else
            {
                guess = Select(survivors, scores, rows.Columns, visible, guess);
            }

            Complete(survivors, scores, head, first + row, visible);
            Phase(member, "combine");
            survivors.WriteOutput(
                Tensors.Values(head), VectorMath.Max(survivors.Scores, Padded(survivors)), Output(head, first + row), spec.D);
        }

        Phase(member, null);
    }

    /// <summary>May add keys behind the k chosen ones, which are ascending by index.</summary>
    protected abstract void Complete(Survivors survivors, float* scores, int head, int row, int visible);

    /// <summary>Leaves the k largest in <paramref name="survivors"/>; returns by how many deviations the k-th exceeds the mean.</summary>
    private float Select(Survivors survivors, float* scores, int columns, int visible, float guess)
    {
        var (mean, deviation) = Moments(scores, visible);
        // Each miss lowers the bound by twice as much as the one before; after a few everything is let through.
        var bound = mean + (deviation * (guess - 0.05f));
        var step = 0.1f * deviation;
        survivors.Collect(scores, columns, bound, orEqual: true);
        for (var attempt = 0; survivors.Count < _k; attempt++, step *= 2)
        {
            bound = attempt < 6 ? bound - step : float.MinValue;
            survivors.Collect(scores, columns, bound, orEqual: true);
        }

        var boundary = survivors.KeepLargest(_k);
        return deviation > 0 ? (boundary - mean) / deviation : 0;
    }

    private static (float Mean, float Deviation) Moments(float* scores, int visible)
    {
        var (sum, squares) = (Vector<float>.Zero, Vector<float>.Zero);
        var span = new ReadOnlySpan<float>(scores, visible);
        var j = 0;
        for (; j <= visible - Vector<float>.Count; j += Vector<float>.Count)
        {
            var values = new Vector<float>(span[j..]);
            sum += values;
            squares += values * values;
        }

        var (total, totalSquares) = (Vector.Sum(sum), Vector.Sum(squares));
        for (; j < visible; j++)
        {
            total += span[j];
            totalSquares += span[j] * span[j];
        }

        var mean = total / visible;
        return (mean, MathF.Sqrt(Math.Max(0, (totalSquares / visible) - (mean * mean))));
    }

    private static int Padded(Survivors survivors)
    {
        new Span<float>(survivors.Scores + survivors.Count, 16).Fill(float.NegativeInfinity);
        return (survivors.Count + 15) / 16 * 16;
    }
}
