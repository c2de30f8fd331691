namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// A kernel that needs every score to choose keys, and chooses exactly. While the scores of a block of rows go by, each row keeps what lies above a
/// guess of its bound; no score is written to memory but for those. In the end the guess is proved or the row is passed over the keys once more.
/// A guess decides how long a launch takes, never what it computes.
/// </summary>
internal abstract unsafe class SelectionKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly RowBlocks _blocks;
    private readonly SelectingRows[] _rows;
    private readonly float[] _longestKey;

    /// <param name="sums">Whether a row's softmax sum is needed to choose.</param>
    protected SelectionKernel(CpuTensors tensors, ThreadTeam team, bool sums)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _blocks = RowBlocks.Share(spec.Heads, spec.N, team.Size, most: KeptLists.RowsFor(spec.N), least: 24, ScoreTile.Rows);
        _rows = OwnPerThread(() => new SelectingRows(_blocks.MaxRows, tensors, sums));
        _longestKey = new float[spec.Heads];
    }

    /// <summary>Rows of the largest block.</summary>
    protected int MaxRows => _blocks.MaxRows;

    /// <summary>Forgets what was noted for the rows of the block before.</summary>
    protected abstract void Begin(int member, SelectingRows rows);

    /// <summary>Whether bounds are to be guessed when so many keys have gone by.</summary>
    protected abstract bool IsMark(int seen);

    /// <summary>Sets the bounds of rows first .. end - 1 after keys 0 .. seen - 1.</summary>
    protected abstract void Guess(int member, SelectingRows rows, int first, int end, int seen);

    /// <summary>Leaves what the row keeps in its list. False: something may be missing; the row is passed over the keys again with the bound that it has been given.</summary>
    protected abstract bool Settle(int member, SelectingRows rows, int row);

    protected override void LaunchOnce()
    {
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        var spec = Tensors.Spec;
        if (_rows[0].Sums is not null)
        {
            Team.Run(spec.Heads, (head, _) => _longestKey[head] = VectorMath.LongestRow(Tensors.Keys + ((long)head * spec.N * spec.D), spec.N, spec.D));
        }

        var blocks = _blocks.Count;
        Stage("rows");
        Team.Run(spec.Heads * blocks, (index, member) => Block(member, index / blocks, blocks - 1 - (index % blocks)));
    }

    private void Block(int member, int head, int block)
    {
        var rows = _rows[member];
        var (first, count) = (_blocks.First(block), _blocks.Rows(block));
        Phase(member, "score");
        rows.Begin(head, first, count, QueryScale);
        rows.Sums?.Expect(QueryScale * _longestKey[head] * VectorMath.LongestRow(Tensors.Queries(head, first), count, Tensors.Spec.D));
        Begin(member, rows);
        rows.Stream(_keys, IsMark, (from, end, seen) => Guess(member, rows, from, end, seen));
        Phase(member, "select");
        if (!Settle(member, rows))
        {
            Phase(member, "score");
            rows.StreamAgain(_keys);
            Phase(member, "select");
            Settle(member, rows);
        }

        Phase(member, "combine");
        rows.Lists.WriteOutput(head, count, Output(head, first));
        Phase(member, null);
    }

    /// <summary>Settles the rows that are not yet. Returns whether all are.</summary>
    private bool Settle(int member, SelectingRows rows)
    {
        var all = true;
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows.IsSettled(row))
            {
                continue;
            }

            if (Settle(member, rows, row))
            {
                rows.MarkSettled(row);
            }
            else
            {
                rows.Lists.Clear(row);
                all = false;
            }
        }

        return all;
    }
}
