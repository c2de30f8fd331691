using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>One head in double and in float, and the scores of its rows in both; scores are kept where they are small.</summary>
internal sealed class HeadReference
{
    private readonly InputSpec _spec;
    private readonly int _head;
    private readonly float[] _queries;
    private readonly float[] _keys;
    private readonly float[] _keyColumns;
    private readonly double[] _queries64;
    private readonly double[] _keys64;
    private readonly double[] _keyColumns64;
    private readonly Dictionary<int, RowScores> _rows = [];
    private readonly bool _keepsScores;

    public HeadReference(AttentionInput input, int head, bool keepsScores)
    {
        _spec = input.Spec;
        _head = head;
        _keepsScores = keepsScores;
        var size = _spec.N * _spec.D;
        _queries = input.Q.AsSpan(head * size, size).ToArray();
        _keys = input.K.AsSpan(head * size, size).ToArray();
        Values = input.V.AsSpan(head * size, size).ToArray();
        _queries64 = Widen(_queries);
        _keys64 = Widen(_keys);
        Values64 = Widen(Values);
        _keyColumns = ReferenceAttention.Transpose<float>(_keys, _spec.D);
        _keyColumns64 = ReferenceAttention.Transpose<double>(_keys64, _spec.D);
    }

    public float[] Values { get; }

    public double[] Values64 { get; }

    /// <summary>Scores of the visible keys of a row, and how far rounding to single precision moves a score of this row.</summary>
    public sealed record RowScores(double[] Truth, float[] Single, double SingleError, double Largest);

    public RowScores Scores(int row)
    {
        if (_rows.TryGetValue(row, out var scores))
        {
            return scores;
        }

        var visible = KeepRule.Visible(_spec, row);
        var truth = Truth(row);
        var single = new float[visible];
        ReferenceAttention.Scores(_queries.AsSpan(row * _spec.D, _spec.D), _keyColumns, (float)_spec.Scale, single);
        var (error, largest) = (0.0, 0.0);
        for (var j = 0; j < visible; j++)
        {
            error = Math.Max(error, Math.Abs(single[j] - truth[j]));
            largest = Math.Max(largest, Math.Abs(truth[j]));
        }

        scores = new RowScores(truth, single, error, largest);
        if (_keepsScores)
        {
            _rows[row] = scores;
        }

        return scores;
    }

    public double[] Truth(int row)
    {
        var truth = new double[KeepRule.Visible(_spec, row)];
        ReferenceAttention.Scores(_queries64.AsSpan(row * _spec.D, _spec.D), _keyColumns64, _spec.Scale, truth);
        return truth;
    }

    /// <summary>For kernels that choose by more than a row's own scores: what they choose for each row; else null.</summary>
    public Func<int, KeptKeys>? Plan(KernelSpec kernel, double ambiguity) => kernel.Name switch
    {
        "block-topk" => BlockSelection(kernel.Count("block"), kernel.Count("keep"), ambiguity),
        "hyper" => new HyperRule(kernel, _spec, _head, _queries, _keys).Apply,
        _ => null,
    };

    /// <summary>What each query block of <c>block-topk</c> keeps, computed when asked for.</summary>
    private Func<int, KeptKeys> BlockSelection(int block, int keep, double ambiguity)
    {
        var (queries, keys) = (BlockScores.Means<float>(_queries, _spec.D, block), BlockScores.Means<float>(_keys, _spec.D, block));
        var (queries64, keys64) = (BlockScores.Means<double>(_queries64, _spec.D, block), BlockScores.Means<double>(_keys64, _spec.D, block));
        var known = new Dictionary<int, KeptKeys>();
        var count = Math.Max(1, (keep + block - 1) / block);
        return row =>
        {
            var own = row / block;
            if (!known.TryGetValue(own, out var selected))
            {
                var truth = BlockScores.Row(queries64.AsSpan(own * _spec.D, _spec.D), keys64, _spec.Scale);
                var single = BlockScores.Row(queries.AsSpan(own * _spec.D, _spec.D), keys, (float)_spec.Scale);
                var error = truth.Zip(single, (t, s) => Math.Abs(t - s)).Max();
                var rounding = float.BitIncrement(1) - 1.0;
                var candidates = _spec.Causal ? own + 1 : truth.Length;
                selected = KeepRule.SelectBlocks(
                    truth.AsSpan(0, candidates), own, _spec.Causal, count, ambiguity * (error + (rounding * truth.Max(Math.Abs))));
                known[own] = selected;
            }

            return selected;
        };
    }

    private static double[] Widen(float[] values) => Array.ConvertAll(values, v => (double)v);
}
