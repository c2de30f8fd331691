namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>naive</c>: three passes over a score matrix that is materialised for all heads, as a program of three library calls would do
/// it. The passes use the same tile product as flash, so that what is compared is the algorithm, not the care taken.
/// </summary>
internal sealed unsafe class NaiveKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly QueryTiles[] _queries;
    private readonly AlignedBuffer[] _weights;
    private readonly AlignedBuffer[] _sums;
    private readonly AlignedBuffer _scores;
    private readonly AlignedBuffer _ones = new(TileProduct.Rows);
    private readonly int _stride;
    private readonly int _rowTiles;

    public NaiveKernel(CpuTensors tensors, ThreadTeam team)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        Own(_ones);
        new Span<float>(_ones.Start, TileProduct.Rows).Fill(1);
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _stride = _keys.Panels * _keys.Width;
        _rowTiles = (spec.N + TileProduct.Rows - 1) / TileProduct.Rows;
        var rows = (long)spec.Heads * _rowTiles * TileProduct.Rows;
        _scores = Own(new AlignedBuffer(rows * _stride));
        _queries = OwnPerThread(() => new QueryTiles(TileProduct.Rows, spec.D));
        _weights = OwnPerThread(() => new AlignedBuffer(TileProduct.Rows * TileProduct.WeightStride));
        _sums = OwnPerThread(() => new AlignedBuffer((long)TileProduct.Rows * tensors.Columns));
    }

    protected override void LaunchOnce()
    {
        Stage("pack");
        _keys.Pack(Team, Tensors.Keys);
        var spec = Tensors.Spec;
        var tiles = spec.Heads * _rowTiles;
        Stage("score");
        Team.Run(tiles, (tile, member) => Scores(tile, member));
        Stage("softmax");
        Team.Run(tiles, (tile, _) => Softmax(tile));
        Stage("combine");
        Team.Run(tiles, (tile, member) => Multiply(tile, member));
    }

    private float* Row(int tile, int row) => _scores.Start + ((((long)tile * TileProduct.Rows) + row) * _stride);

    private int Rows(int tile) => Math.Min(TileProduct.Rows, Tensors.Spec.N - First(tile));

    private int First(int tile) => tile % _rowTiles * TileProduct.Rows;

    private void Scores(int tile, int member)
    {
        var (head, queries) = (tile / _rowTiles, _queries[member]);
        queries.Pack(Tensors.Queries(head, First(tile)), Rows(tile), QueryScale);
        for (var panel = 0; panel < _keys.Panels; panel++)
        {
            TileProduct.Multiply<QueryTile>(
                queries.Tile(0), _keys.Panel(head, panel), _keys.Width, Row(tile, 0) + (panel * _keys.Width),
                _stride, null, Tensors.Spec.D, _keys.Width);
        }
    }

    private void Softmax(int tile)
    {
        for (var row = 0; row < Rows(tile); row++)
        {
            var visible = Tensors.Spec.Causal ? First(tile) + row + 1 : Tensors.Spec.N;
            var scores = new Span<float>(Row(tile, row), _stride);
            scores[visible..].Fill(float.NegativeInfinity);
            fixed (float* start = scores)
            {
                var sum = VectorMath.Exp2AndSum(start, _stride, VectorMath.Max(start, _stride));
                foreach (ref var weight in scores)
                {
                    weight /= sum;
                }
            }
        }
    }

    private void Multiply(int tile, int member)
    {
        var (spec, columns, head) = (Tensors.Spec, Tensors.Columns, tile / _rowTiles);
        var weights = _weights[member].Start;
        var sums = _sums[member].Start;
        new Span<float>(sums, TileProduct.Rows * columns).Clear();
        for (var start = 0; start < spec.N; start += TileProduct.WeightStride)
        {
            var keys = Math.Min(TileProduct.WeightStride, spec.N - start);
            for (var row = 0; row < TileProduct.Rows; row++)
            {
                new Span<float>(Row(tile, row) + start, keys).CopyTo(new Span<float>(weights + (row * TileProduct.WeightStride), keys));
            }

            for (var column = 0; column < columns; column += TileProduct.Columns)
            {
                TileProduct.Multiply<WeightTile>(
                    weights, Tensors.Values(head) + ((long)start * columns) + column, columns, sums + column, columns, _ones.Start,
                    keys, Math.Min(TileProduct.Columns, columns - column));
            }
        }

        for (var row = 0; row < Rows(tile); row++)
        {
            new Span<float>(sums + ((long)row * columns), spec.D).CopyTo(new Span<float>(Output(head, First(tile) + row), spec.D));
        }
    }
}
