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
    private readonly BlockMeans _means;
    private readonly AlignedBuffer[] _scores;
    private readonly AlignedBuffer[] _chosen;
    private readonly int _count;

    public BlockTopKKernel(CpuTensors tensors, ThreadTeam team, int block, int keep)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, block));
        _count = Math.Clamp((keep + _keys.Block - 1) / _keys.Block, 1, _keys.Blocks);
        _scratch = OwnPerThread(() => new StreamingRows(Math.Min(RowsInCache, _keys.Block), tensors));
        _means = Own(new BlockMeans(spec.Heads, _keys.Blocks, spec.D));
        _scores = OwnPerThread(() => new AlignedBuffer(_means.ScorePlaces));
        _chosen = OwnPerThread(() => new AlignedBuffer(_means.ScorePlaces));
    }

    protected override void LaunchOnce()
    {
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        var (spec, blocks) = (Tensors.Spec, _keys.Blocks);
        Stage("select");
        Team.Run(spec.Heads * blocks, (index, _) => _means.Set(
            index / blocks, index % blocks, Block(Tensors.Keys + ((long)(index / blocks) * spec.N * spec.D), index % blocks), Length(index % blocks)));
        Stage("blocks");
        Team.Run(spec.Heads * blocks, (index, member) => QueryBlock(member, index / blocks, blocks - 1 - (index % blocks)));
    }

    private float* Block(float* rows, int block) => rows + ((long)block * _keys.Block * Tensors.Spec.D);

    private int Length(int block) => Math.Min(_keys.Block, Tensors.Spec.N - (block * _keys.Block));

    private void QueryBlock(int member, int head, int own)
    {
        var spec = Tensors.Spec;
        var rows = _scratch[member];
        Phase(member, "select");
        var count = Choose(member, head, own);
        Phase(member, "attend");
        var chosen = (int*)_chosen[member].Start;
        var end = Math.Min(spec.N, (own + 1) * _keys.Block);
        for (var first = own * _keys.Block; first < end; first += RowsInCache)
        {
            var present = Math.Min(RowsInCache, end - first);
            rows.Begin(head, first, present, QueryScale);
            for (var row = 0; row < present; row++)
            {
                rows.See(row, 0, spec.Causal ? first + row + 1 : spec.N);
            }

            for (var (i, run) = (0, 0); i < count; i += run)
            {
                run = 1;
                while (_keys.BlocksAreWhole && i + run < count && chosen[i + run] == chosen[i] + run)
                {
                    run++;
                }

                rows.AttendBlocks(_keys, chosen[i], run);
            }

            rows.Finish(Output(head, first));
        }

        Phase(member, null);
    }

    /// <summary>Scores the key blocks and leaves the best in the member's list; ascending, so that memory is read in order.</summary>
    /// <returns>How many.</returns>
    private int Choose(int member, int head, int own)
    {
        var spec = Tensors.Spec;
        var candidates = spec.Causal ? own + 1 : _keys.Blocks;
        var scores = _scores[member].Start;
        var chosen = (int*)_chosen[member].Start;
        var query = stackalloc float[spec.D];
        BlockMeans.Mean(Block(Tensors.Queries(head, 0), own), Length(own), spec.D, query);
        _means.Score(head, query, (float)spec.Scale, candidates, scores);
        if (spec.Causal)
        {
            scores[own] = float.PositiveInfinity; // always kept, and counts
        }

        for (var block = 0; block < candidates; block++)
        {
            chosen[block] = block;
        }

        var count = Math.Min(_count, candidates);
        Selection.KeepLargest(scores, chosen, candidates, count);
        return count;
    }
}
