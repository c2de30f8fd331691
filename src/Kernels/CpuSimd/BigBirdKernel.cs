using AttnSweep.Catalogue;
using AttnSweep.Kernels.Sampling;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>bigbird</c>: blocks of queries attend to window, global and random blocks of keys. A thread owns one query block at a time; key
/// blocks that follow one another are attended to together.
/// </summary>
internal sealed unsafe class BigBirdKernel : CpuKernel
{
    private const int RowsInCache = 192;

    private readonly PackedKeys _keys;
    private readonly StreamingRows[] _scratch;
    private readonly int[][] _kept;
    private readonly int _rows;

    public BigBirdKernel(CpuTensors tensors, ThreadTeam team, BigBirdShape shape)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, shape.Block));
        _rows = StreamingRows.EvenRows(_keys.Block, RowsInCache);
        _scratch = OwnPerThread(() => new StreamingRows(_rows, tensors));
        _kept = [.. Enumerable.Range(0, spec.Heads).SelectMany(head =>
        {
            var stream = RandomBlocks.StreamOf(spec, head);
            return Enumerable.Range(0, shape.Blocks).Select(own => RandomBlocks.Kept(shape, stream, own));
        })];
    }

    protected override void LaunchOnce()
    {
        _keys.Pack(Team, Tensors.Keys);
        var (spec, blocks) = (Tensors.Spec, _keys.Blocks);
        // The last ones see the most when causal, the first (global) ones otherwise: both ends before the middle.
        Team.Run(spec.Heads * blocks, (index, member) => QueryBlock(_scratch[member], index / blocks, FromTheEnds(index % blocks, blocks)));
    }

    private static int FromTheEnds(int index, int count) => index % 2 == 0 ? index / 2 : count - 1 - (index / 2);

    private void QueryBlock(StreamingRows rows, int head, int own)
    {
        var spec = Tensors.Spec;
        var kept = _kept[(head * _keys.Blocks) + own];
        var end = Math.Min(spec.N, (own + 1) * _keys.Block);
        for (var first = own * _keys.Block; first < end; first += _rows)
        {
            var count = Math.Min(_rows, end - first);
            rows.Begin(head, first, count, QueryScale);
            for (var row = 0; row < count; row++)
            {
                rows.See(row, 0, spec.Causal ? first + row + 1 : spec.N);
            }

            for (var i = 0; i < kept.Length;)
            {
                var run = 1;
                while (i + run < kept.Length && kept[i + run] == kept[i] + run && _keys.BlocksAreWhole)
                {
                    run++;
                }

                rows.AttendBlocks(_keys, kept[i], run);
                i += run;
            }

            rows.Finish(Output(head, first));
        }
    }
}
