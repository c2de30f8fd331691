namespace AttnSweep.Kernels.CpuSimd;

/// <summary><c>window</c>: a run of keys around each query. As flash, over the panels that a block's windows touch.</summary>
internal sealed unsafe class WindowKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly StreamingRows[] _scratch;
    private readonly RowBlocks _blocks;
    private readonly int _width;

    public WindowKernel(CpuTensors tensors, ThreadTeam team, int width)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _width = Math.Min(width, spec.N);
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
        Stage("attend");
        Team.Run(spec.Heads * blocks, (index, member) => Block(_scratch[member], index / blocks, index % blocks));
    }

    private void Block(StreamingRows rows, int head, int block)
    {
        var spec = Tensors.Spec;
        var (first, count) = (_blocks.First(block), _blocks.Rows(block));
        rows.Begin(head, first, count, QueryScale);
        var (start, end) = (spec.N, 0);
        for (var row = 0; row < count; row++)
        {
            var query = first + row;
            var low = spec.Causal ? Math.Max(0, query + 1 - _width) : Math.Clamp(query - (_width / 2), 0, spec.N - _width);
            var high = spec.Causal ? query + 1 : low + _width;
            rows.See(row, low, high);
            (start, end) = (Math.Min(start, low), Math.Max(end, high));
        }

        var together = StreamingRows.MaxKeys / _keys.Width;
        for (var panel = start / _keys.Width; panel < _keys.Panels && _keys.FirstKey(panel) < end; panel += together)
        {
            rows.Attend(_keys, panel, Math.Min(together, _keys.Panels - panel));
        }

        rows.Finish(Output(head, first));
    }
}
