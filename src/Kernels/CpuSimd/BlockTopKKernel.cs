namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>block-topk</c>: blocks of queries attend to the key blocks whose mean key scores best with their mean query. A thread
/// owns one query block at a time: its block scores, the choice, and the streaming softmax over the chosen blocks.
/// </summary>
internal sealed unsafe class BlockTopKKernel : CpuKernel
{
    private const int RowsInCache = 192;

    private readonly PackedKeys _keys;
    private readonly StreamingRows[] _scratch;
    private readonly float[][] _scores;
    private readonly float[] _means;
    private readonly int _count;

    public BlockTopKKernel(CpuTensors tensors, ThreadTeam team, int block, int keep)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, block));
        _count = Math.Clamp((keep + _keys.Block - 1) / _keys.Block, 1, _keys.Blocks);
        _scratch = OwnPerThread(() => new StreamingRows(Math.Min(RowsInCache, _keys.Block), tensors));
        _means = new float[spec.Heads * _keys.Blocks * spec.D];
        _scores = [.. Enumerable.Range(0, team.Size).Select(_ => new float[_keys.Blocks])];
    }

    protected override void LaunchOnce()
    {
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        var (spec, blocks) = (Tensors.Spec, _keys.Blocks);
        Stage("select");
        Team.Run(spec.Heads * blocks, (index, _) =>
            Mean(Tensors.Keys + (((long)(index / blocks) * spec.N) * spec.D), index % blocks, _means.AsSpan(index * spec.D, spec.D)));
        Stage("blocks");
        Team.Run(spec.Heads * blocks, (index, member) => QueryBlock(_scratch[member], _scores[member], member, index / blocks, blocks - 1 - (index % blocks)));
    }

    private void Mean(float* rows, int block, Span<float> mean)
    {
        var spec = Tensors.Spec;
        var first = block * _keys.Block;
        var count = Math.Min(_keys.Block, spec.N - first);
        mean.Clear();
        for (var i = first; i < first + count; i++)
        {
            var row = new ReadOnlySpan<float>(rows + ((long)i * spec.D), spec.D);
            for (var c = 0; c < mean.Length; c++)
            {
                mean[c] += row[c];
            }
        }

        foreach (ref var value in mean)
        {
            value /= count;
        }
    }

    private void QueryBlock(StreamingRows rows, float[] scores, int member, int head, int own)
    {
        var spec = Tensors.Spec;
        Phase(member, "select");
        Span<float> query = stackalloc float[spec.D];
        Mean(Tensors.Queries(head, 0), own, query);
        var candidates = spec.Causal ? own + 1 : _keys.Blocks;
        for (var block = 0; block < candidates; block++)
        {
            var key = _means.AsSpan(((head * _keys.Blocks) + block) * spec.D, spec.D);
            var sum = 0f;
            for (var c = 0; c < key.Length; c++)
            {
                sum += query[c] * key[c];
            }

            scores[block] = sum * (float)spec.Scale;
        }

        if (spec.Causal)
        {
            scores[own] = float.PositiveInfinity; // always kept, and counts
        }

        var chosen = Choose(scores.AsSpan(0, candidates), Math.Min(_count, candidates));
        Phase(member, "attend");
        var end = Math.Min(spec.N, (own + 1) * _keys.Block);
        for (var first = own * _keys.Block; first < end; first += RowsInCache)
        {
            var count = Math.Min(RowsInCache, end - first);
            rows.Begin(head, first, count, QueryScale);
            for (var row = 0; row < count; row++)
            {
                rows.See(row, 0, spec.Causal ? first + row + 1 : spec.N);
            }

            foreach (var block in chosen)
            {
                Attend(rows, block);
            }

            rows.Finish(Output(head, first));
        }

        Phase(member, null);
    }

    private void Attend(StreamingRows rows, int block)
    {
        var together = StreamingRows.MaxKeys / _keys.Width;
        var last = (block + 1) * _keys.PanelsPerBlock;
        while (_keys.KeysIn(last - 1) == 0)
        {
            last--;
        }

        for (var panel = block * _keys.PanelsPerBlock; panel < last; panel += together)
        {
            rows.Attend(_keys, panel, Math.Min(together, last - panel));
        }
    }

    /// <summary>The <paramref name="count"/> largest, of equal ones the lower index; ascending, so that memory is read in order.</summary>
    private static int[] Choose(ReadOnlySpan<float> scores, int count)
    {
        var order = new int[scores.Length];
        var keys = new float[scores.Length];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], keys[i]) = (i, -scores[i]);
        }

        Array.Sort(keys, order, Comparer<float>.Default);
        // Array.Sort is not stable: runs of equal scores are put in order of index before the cut.
        for (var start = 0; start < keys.Length;)
        {
            var end = start + 1;
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            Array.Sort(order, start, end - start);
            start = end;
        }

        var chosen = order[..count];
        Array.Sort(chosen);
        return chosen;
    }
}
