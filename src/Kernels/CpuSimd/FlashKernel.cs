namespace AttnSweep.Kernels.CpuSimd;

/// <summary><c>flash</c>: every visible key, streaming softmax. A block is up to 192 query rows of one head; a thread owns one at a time.</summary>
internal sealed unsafe class FlashKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly StreamingRows[] _scratch;
    private readonly RowBlocks _blocks;

    public FlashKernel(CpuTensors tensors, ThreadTeam team)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _blocks = RowBlocks.Share(spec.Heads, spec.N, team.Size, most: 192, least: 48);
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _scratch = OwnPerThread(() => new StreamingRows(_blocks.MaxRows, tensors));
    }

    protected override void LaunchOnce()
    {
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        var spec = Tensors.Spec;
        var blocks = _blocks.Count;
        // The last rows see the most keys when causal: they go first, so that no thread ends with the longest block.
        Stage("attend");
        Team.Run(spec.Heads * blocks, (index, member) => Block(_scratch[member], index / blocks, blocks - 1 - (index % blocks)));
    }

    private void Block(StreamingRows rows, int head, int block)
    {
        var spec = Tensors.Spec;
        var (first, count) = (_blocks.First(block), _blocks.Rows(block));
        rows.Begin(head, first, count, QueryScale);
        for (var row = 0; row < count; row++)
        {
            rows.See(row, 0, spec.Causal ? first + row + 1 : spec.N);
        }

        var end = spec.Causal ? first + count : spec.N;
        var together = StreamingRows.MaxKeys / _keys.Width;
        for (var panel = 0; panel < _keys.Panels && _keys.FirstKey(panel) < end; panel += together)
        {
            rows.Attend(_keys, panel, Math.Min(together, _keys.Panels - panel));
        }

        rows.Finish(Output(head, first));
    }
}
