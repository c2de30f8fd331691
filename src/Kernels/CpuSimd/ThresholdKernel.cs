namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>threshold</c>: keys with p &gt; epsilon, or within a margin of the best. p needs the row's whole softmax sum, so every score is computed; a thread owns 24
/// rows at a time. What is saved is the product with V.
/// </summary>
internal sealed unsafe class ThresholdKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly WholeRows[] _rows;
    private readonly Survivors[] _survivors;
    private readonly double _logEpsilon;
    private readonly double? _margin;

    /// <param name="margin">In natural logarithms; where it is given, epsilon is not used.</param>
    public ThresholdKernel(CpuTensors tensors, ThreadTeam team, double epsilon, double? margin)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _logEpsilon = Math.Log2(epsilon);
        _margin = margin * Math.Log2(Math.E);
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _rows = OwnPerThread(() => new WholeRows(tensors, _keys));
        _survivors = OwnPerThread(() => new Survivors(_rows[0].Stride, tensors.Columns));
    }

    protected override void LaunchOnce()
    {
        _keys.Pack(Team, Tensors.Keys);
        var spec = Tensors.Spec;
        var blocks = (spec.N + WholeRows.MaxRows - 1) / WholeRows.MaxRows;
        Team.Run(spec.Heads * blocks, (index, member) => Block(member, index / blocks, blocks - 1 - (index % blocks)));
    }

    private void Block(int member, int head, int block)
    {
        var spec = Tensors.Spec;
        var (rows, survivors) = (_rows[member], _survivors[member]);
        var first = block * WholeRows.MaxRows;
        var count = Math.Min(WholeRows.MaxRows, spec.N - first);
        rows.Compute(_keys, head, first, count, QueryScale, row => spec.Causal ? first + row + 1 : spec.N);
        for (var row = 0; row < count; row++)
        {
            var scores = rows.Row(row);
            var max = VectorMath.Max(scores, rows.Columns);
            // p > epsilon in logarithms: one comparison per key, no second exponential. A margin needs not even the sum.
            var bound = _margin is { } margin
                ? max - margin
                : max + Math.Log2(VectorMath.SumExp2(scores, rows.Columns, max)) + _logEpsilon;
            survivors.Collect(scores, rows.Columns, (float)bound, orEqual: false);
            survivors.WriteOutput(Tensors.Values(head), max, Output(head, first + row), spec.D);
        }
    }
}
