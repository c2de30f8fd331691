namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>topp</c>: the fewest keys of each row that hold a share of its softmax mass. A thread owns 24 rows at a time; where the row is
/// cut is found on its weights (<see cref="MassCut"/>), what is above is multiplied with V.
/// </summary>
internal sealed unsafe class TopPKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly WholeRows[] _rows;
    private readonly Survivors[] _survivors;
    private readonly MassCut[] _cuts;
    private readonly double _mass;

    public TopPKernel(CpuTensors tensors, ThreadTeam team, double mass)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _mass = mass;
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _rows = OwnPerThread(() => new WholeRows(tensors, _keys));
        _survivors = OwnPerThread(() => new Survivors(_rows[0].Stride, tensors.Columns));
        _cuts = OwnPerThread(() => new MassCut(_rows[0].Stride));
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
        var (rows, survivors, cut) = (_rows[member], _survivors[member], _cuts[member]);
        var first = block * WholeRows.MaxRows;
        var count = Math.Min(WholeRows.MaxRows, spec.N - first);
        Phase(member, "score");
        rows.Compute(_keys, head, first, count, QueryScale, row => spec.Causal ? first + row + 1 : spec.N);
        cut.Begin();
        for (var row = 0; row < count; row++)
        {
            var scores = rows.Row(row);
            Phase(member, "select");
            var max = VectorMath.Max(scores, rows.Columns);
            if (_mass >= 1)
            {
                survivors.Collect(scores, rows.Columns, float.NegativeInfinity, orEqual: false);
            }
            else
            {
                var (bound, surplus) = cut.Find(scores, rows.Columns, max, _mass);
                survivors.Collect(scores, rows.Columns, bound, orEqual: true);
                if (surplus > 0)
                {
                    survivors.KeepLargest(survivors.Count - surplus);
                }
            }

            Phase(member, "combine");
            survivors.WriteOutput(Tensors.Values(head), max, Output(head, first + row), spec.D);
        }

        Phase(member, null);
    }
}
