using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Scores of up to 192 query rows of one head against a group of up to 128 keys (a thread's scratch), in units of log2. They are
/// computed panel by panel while a panel of keys lies in the first-level cache. A tile of six rows pays only for the vectors of
/// keys that its rows see.
/// </summary>
internal sealed unsafe class GroupScores(int maxRows, CpuTensors tensors) : IDisposable
{
    public const int MaxKeys = TileProduct.WeightStride;
    private const int Lanes = 16;

    private readonly QueryTiles _queries = new(maxRows, tensors.Spec.D);
    private readonly AlignedBuffer _scores = new((long)Padded(maxRows) * TileProduct.WeightStride);
    private readonly int[] _low = new int[Padded(maxRows)];
    private readonly int[] _high = new int[Padded(maxRows)];
    private readonly TileSight[] _sight = new TileSight[Padded(maxRows) / TileProduct.Rows];
    private bool _sightIsOld;
    private int _head;
    private int _rows;
    private int _valid;
    private int _hiddenLow;
    private int _hiddenHigh;

    /// <summary>Tiles of six rows; of the last one some rows may not be there, and what is computed for them is undefined.</summary>
    public int Tiles => _queries.Count;

    /// <summary>First key of the group.</summary>
    public int Start { get; private set; }

    /// <summary>Rows of a tile that are there.</summary>
    public int Rows(int tile) => Math.Min(TileProduct.Rows, _rows - (tile * TileProduct.Rows));

    public static int Padded(int rows) => (rows + TileProduct.Rows - 1) / TileProduct.Rows * TileProduct.Rows;

    /// <summary>Starts with rows first .. first + rows - 1; row r of them sees keys from <see cref="See"/>.</summary>
    public void Begin(int head, int first, int rows, float scale)
    {
        (_head, _rows) = (head, rows);
        _queries.Pack(tensors.Queries(head, first), rows, scale);
        _sightIsOld = true;
    }

    /// <summary>Row <paramref name="row"/> (from 0 in this block) sees keys low .. high - 1.</summary>
    public void See(int row, int low, int high)
    {
        (_low[row], _high[row]) = (low, high);
        _sightIsOld = true;
    }

    /// <summary>From now on no row sees keys low .. high - 1, whatever <see cref="See"/> says.</summary>
    public void Hide(int low, int high) => (_hiddenLow, _hiddenHigh) = (low, high);

    /// <summary>Scores of the keys of the panels first .. first + count - 1, which must be full (all but the last) and hold at most 128 keys.</summary>
    public void Compute(PackedKeys keys, int first, int count)
    {
        if (_sightIsOld)
        {
            for (var tile = 0; tile < Tiles; tile++)
            {
                _sight[tile] = TileSight.Of(_low.AsSpan(tile * TileProduct.Rows, Rows(tile)), _high.AsSpan(tile * TileProduct.Rows, Rows(tile)));
            }

            _sightIsOld = false;
        }

        Start = keys.FirstKey(first);
        _valid = ((count - 1) * keys.Width) + keys.KeysIn(first + count - 1);
        for (var panel = 0; panel < count; panel++)
        {
            var packed = keys.Panel(_head, first + panel);
            var offset = panel * keys.Width;
            for (var tile = 0; tile < Tiles; tile++)
            {
                var (from, to) = Columns(tile);
                var (left, right) = (Math.Max(from, offset), Math.Min(to, offset + keys.Width));
                if (left < right)
                {
                    TileProduct.Multiply<QueryTile>(
                        _queries.Tile(tile), packed + (left - offset), keys.Width, Tile(tile) + left,
                        TileProduct.WeightStride, null, tensors.Spec.D, right - left, Rows(tile));
                }
            }
        }
    }

    /// <summary>A tile's scores, rows at a stride of 128; valid in <see cref="Columns"/>.</summary>
    public float* Tile(int tile) => _scores.Start + ((long)tile * TileProduct.Rows * TileProduct.WeightStride);

    /// <summary>Keys of the group that some row of the tile sees, counted from <see cref="Start"/>, as whole vectors; From >= To where there are none.</summary>
    public (int From, int To) Columns(int tile) => _sight[tile].Columns(Start, _valid);

    /// <summary>The same, to the key.</summary>
    public (int Low, int High) Keys(int tile) => _sight[tile].Keys(Start, _valid);

    /// <summary>Makes the scores of keys that a row does not see minus infinity.</summary>
    public void Mask(int tile)
    {
        var (from, to) = Columns(tile);
        var (hiddenFrom, hiddenTo) = (Math.Max(from, _hiddenLow - Start), Math.Min(to, _hiddenHigh - Start));
        if (hiddenFrom >= hiddenTo && to <= _valid && _sight[tile].AllSee(Start + from, Start + to))
        {
            return;
        }

        // Only vectors at the edges of what all rows see, and those with hidden keys.
        var sight = _sight[tile];
        var left = Math.Clamp((Math.Min(sight.AllLow - Start, to) + Lanes - 1) / Lanes * Lanes, from, to);
        var right = Math.Clamp(Math.Min(sight.AllHigh - Start, _valid) / Lanes * Lanes, left, to);
        MaskVectors(tile, from, left);
        MaskVectors(tile, right, to);
        if (hiddenFrom < hiddenTo)
        {
            MaskVectors(tile, hiddenFrom / Lanes * Lanes, hiddenTo);
        }
    }

    private void MaskVectors(int tile, int from, int to)
    {
        var hiddenFrom = Vector512.Create(_hiddenLow - Start);
        var hiddenTo = Vector512.Create(_hiddenHigh - Start);
        for (var row = 0; from < to && row < Rows(tile); row++)
        {
            var index = (tile * TileProduct.Rows) + row;
            var low = Vector512.Create(_low[index] - Start);
            var high = Vector512.Create(Math.Min(_high[index] - Start, _valid));
            var scores = Tile(tile) + (row * TileProduct.WeightStride);
            for (var j = from; j < to; j += Lanes)
            {
                var key = Vector512.CreateSequence(j, 1);
                var seen = Vector512.GreaterThanOrEqual(key, low) & Vector512.LessThan(key, high)
                    & (Vector512.LessThan(key, hiddenFrom) | Vector512.GreaterThanOrEqual(key, hiddenTo));
                Vector512.ConditionalSelect(seen.AsSingle(), Vector512.Load(scores + j), Vector512.Create(float.NegativeInfinity)).Store(scores + j);
            }
        }
    }

    public void Dispose()
    {
        _queries.Dispose();
        _scores.Dispose();
    }
}
