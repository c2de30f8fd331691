namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>topk</c>: the k largest scores of each row, exactly. While scores stream by, a row keeps those that exceed the k-th largest
/// of all before; when its list has grown to 2 k it is cut to k, which raises that bound.
/// </summary>
internal sealed unsafe class TopKKernel : CpuKernel
{
    private const int LeastSlack = 192; // cutting a list costs much the same however short it is

    private readonly PackedKeys _keys;
    private readonly RowBlocks _blocks;
    private readonly GroupScores[] _scores;
    private readonly KeptLists[] _lists;
    private readonly float[][] _bounds;
    private readonly int _k;
    private readonly int _full;

    public TopKKernel(CpuTensors tensors, ThreadTeam team, int k)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _k = Math.Min(k, spec.N);
        _full = Math.Min(spec.N, _k + Math.Max(_k, LeastSlack));
        var capacity = _full + GroupScores.MaxKeys;
        _blocks = RowBlocks.Share(spec.Heads, spec.N, team.Size, most: KeptLists.RowsFor(capacity), least: 24);
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _scores = OwnPerThread(() => new GroupScores(_blocks.MaxRows, tensors));
        _lists = OwnPerThread(() => new KeptLists(_blocks.MaxRows, capacity, tensors));
        _bounds = [.. Enumerable.Range(0, team.Size).Select(_ => new float[_blocks.MaxRows])];
    }

    protected override void LaunchOnce()
    {
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        var blocks = _blocks.Count;
        Stage("rows");
        Team.Run(Tensors.Spec.Heads * blocks, (index, member) => Block(member, index / blocks, blocks - 1 - (index % blocks)));
    }

    private void Block(int member, int head, int block)
    {
        var spec = Tensors.Spec;
        var (scores, lists, bounds) = (_scores[member], _lists[member], _bounds[member]);
        var (first, count) = (_blocks.First(block), _blocks.Rows(block));
        scores.Begin(head, first, count, QueryScale);
        for (var row = 0; row < count; row++)
        {
            scores.See(row, 0, spec.Causal ? first + row + 1 : spec.N);
            lists.Clear(row);
            bounds[row] = float.NegativeInfinity;
        }

        var together = GroupScores.MaxKeys / _keys.Width;
        var end = spec.Causal ? first + count : spec.N;
        for (var panel = 0; panel < _keys.Panels && _keys.FirstKey(panel) < end; panel += together)
        {
            Phase(member, "score");
            scores.Compute(_keys, panel, Math.Min(together, _keys.Panels - panel));
            Phase(member, "select");
            for (var tile = 0; tile < scores.Tiles; tile++)
            {
                Take(scores, tile, lists, bounds, count);
            }
        }

        for (var row = 0; row < count; row++)
        {
            lists.KeepLargest(row, _k);
        }

        Phase(member, "combine");
        lists.WriteOutput(head, count, Output(head, first));
        Phase(member, null);
    }

    private void Take(GroupScores scores, int tile, KeptLists lists, float[] bounds, int rows)
    {
        var (from, to) = scores.Columns(tile);
        if (from >= to)
        {
            return;
        }

        scores.Mask(tile);
        var (row, stop) = (tile * TileProduct.Rows, Math.Min(rows, (tile + 1) * TileProduct.Rows));
        lists.Take(row, stop, scores.Tile(tile) + from, TileProduct.WeightStride, to - from, scores.Start + from, bounds);
        for (; row < stop; row++)
        {
            if (lists.Count(row) >= _full)
            {
                bounds[row] = lists.KeepLargest(row, _k);
            }
        }
    }
}
