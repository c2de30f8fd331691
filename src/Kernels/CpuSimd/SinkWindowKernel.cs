namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>sink-window</c>: the first keys and a run of keys around each query. Sinks are packed apart, in panels of 16 where they
/// are few, so that four of them do not cost a panel of 64. Rows whose window reaches into the sinks see one run from the first key.
/// </summary>
internal sealed unsafe class SinkWindowKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly PackedKeys? _sinks;
    private readonly StreamingRows[] _scratch;
    private readonly int _rows;
    private readonly int _width;
    private readonly int _count;

    public SinkWindowKernel(CpuTensors tensors, ThreadTeam team, int sinks, int width)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _width = Math.Min(width, spec.N);
        _count = Math.Min(sinks, spec.N);
        _rows = RowsAtOnce(most: 192, least: 48);
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _sinks = _count == 0 || _count > spec.N - _width ? null : Own(new PackedKeys(spec.Heads, _count, spec.D, _count));
        _scratch = OwnPerThread(() => new StreamingRows(_rows, tensors));
    }

    protected override void LaunchOnce()
    {
        var spec = Tensors.Spec;
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        _sinks?.Pack(Team, Tensors.Keys, spec.N, [], 0);
        var blocks = (spec.N + _rows - 1) / _rows;
        Stage("attend");
        Team.Run(spec.Heads * blocks, (index, member) => Block(_scratch[member], index / blocks, index % blocks));
    }

    private void Block(StreamingRows rows, int head, int block)
    {
        var spec = Tensors.Spec;
        var first = block * _rows;
        var count = Math.Min(_rows, spec.N - first);
        rows.Begin(head, first, count, QueryScale);
        var (start, end) = (spec.N, 0);
        if (_sinks is not null)
        {
            for (var row = 0; row < count; row++)
            {
                rows.See(row, 0, Window(first + row).Low == 0 ? 0 : _count);
            }

            rows.AttendRun(_sinks, 0, _sinks.Panels);
        }

        for (var row = 0; row < count; row++)
        {
            var (low, high) = Window(first + row);
            rows.See(row, low, high);
            (start, end) = (Math.Min(start, low), Math.Max(end, high));
        }

        var panel = start / _keys.Width;
        rows.AttendRun(_keys, panel, ((end + _keys.Width - 1) / _keys.Width) - panel);
        rows.Finish(Output(head, first));
    }

    /// <summary>The window, and the sinks where it reaches them.</summary>
    private (int Low, int High) Window(int query)
    {
        var spec = Tensors.Spec;
        var low = spec.Causal ? Math.Max(0, query + 1 - _width) : Math.Clamp(query - (_width / 2), 0, spec.N - _width);
        var high = spec.Causal ? query + 1 : low + _width;
        return low >= Math.Max(1, _count) ? (low, high) : (0, spec.Causal ? high : Math.Max(high, _count));
    }
}
