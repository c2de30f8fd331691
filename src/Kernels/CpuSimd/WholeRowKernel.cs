namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// A kernel that must have seen every score of a row before it can choose keys. A thread owns 24 rows at a time: their scores, then row
/// by row the choice, and what is kept is multiplied with V.
/// </summary>
internal abstract unsafe class WholeRowKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly WholeRows[] _rows;
    private readonly Survivors[] _survivors;

    protected WholeRowKernel(CpuTensors tensors, ThreadTeam team)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _rows = OwnPerThread(() => new WholeRows(tensors, _keys));
        _survivors = OwnPerThread(() => new Survivors(_rows[0].Stride, tensors.Columns));
    }

    /// <summary>Floats that the scores of a row take.</summary>
    protected int RowStride => _rows[0].Stride;

    /// <summary>Forgets what the thread learned from rows before: its output would hang on which blocks it happened to get.</summary>
    protected abstract void BeginBlock(int member);

    /// <summary>Leaves the keys that the row keeps, with their scores. Returns the largest of these scores.</summary>
    protected abstract float Keep(int member, ScoredRow row, Survivors survivors);

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
        int Visible(int row) => spec.Causal ? first + row + 1 : spec.N;
        Phase(member, "score");
        rows.Compute(_keys, head, first, count, QueryScale, Visible);
        BeginBlock(member);
        for (var row = 0; row < count; row++)
        {
            Phase(member, "select");
            var max = Keep(member, new ScoredRow(rows.Row(row), rows.Columns, head, first + row, Visible(row)), survivors);
            Phase(member, "combine");
            survivors.WriteOutput(Tensors.Values(head), max, Output(head, first + row), spec.D);
        }

        Phase(member, null);
    }

    /// <summary>One row of scores in units of log2; those that it does not see are minus infinity.</summary>
    protected readonly struct ScoredRow(float* scores, int columns, int head, int query, int visible)
    {
        public float* Scores { get; } = scores;

        /// <summary>Scores that there are, a multiple of 16.</summary>
        public int Columns { get; } = columns;

        public int Head { get; } = head;

        public int Query { get; } = query;

        /// <summary>Keys that the row sees.</summary>
        public int Visible { get; } = visible;
    }
}
