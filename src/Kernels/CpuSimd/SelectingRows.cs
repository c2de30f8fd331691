using System.Runtime.Intrinsics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// A block of query rows of one head that see all their keys go by, tile by tile, and keep those above a bound of their own (a thread's
/// scratch). A bound may be raised on the way: what it is a guess of is the kernel's affair (<see cref="SelectionKernel"/>).
/// </summary>
internal sealed unsafe class SelectingRows : IDisposable
{
    /// <summary>Rows that pass over a panel of keys together: their packed queries and the ends of their lists stay in the second-level cache.</summary>
    private const int RowsTogether = 96;

    private readonly CpuTensors _tensors;
    private readonly QueryTiles _queries;
    private readonly AlignedBuffer _bounds;
    private readonly AlignedBuffer _scores = new(2 * ScoreTile.Rows * ScoreTile.Keys);
    private readonly int[] _visible;
    private readonly bool[] _settled;
    private readonly AlignedBuffer _marks = new(2 * TileMarks.Length);
    private int _turn;
    private int _lastTile = -1;
    private int _lastKey;

    /// <param name="sums">Whether the softmax sums of the rows are needed.</param>
    public SelectingRows(int maxRows, CpuTensors tensors, bool sums)
    {
        _tensors = tensors;
        var padded = (maxRows + ScoreTile.Rows - 1) / ScoreTile.Rows * ScoreTile.Rows;
        _queries = new QueryTiles(padded, tensors.Spec.D, ScoreTile.Rows);
        _bounds = new AlignedBuffer(padded);
        _visible = new int[padded];
        _settled = new bool[padded];
        Lists = new KeptLists(padded, tensors.Spec.N, tensors);
        Sums = sums ? new SoftmaxSums(padded) : null;
    }

    public KeptLists Lists { get; }

    public SoftmaxSums? Sums { get; }

    public int Head { get; private set; }

    public int First { get; private set; }

    public int Count { get; private set; }

    /// <summary>What a key's score must exceed to be kept from now on, by row.</summary>
    public float* Bounds => _bounds.Start;

    /// <summary>Keys that a row sees, from key 0 on.</summary>
    public int Visible(int row) => _visible[row];

    /// <summary>Starts with rows first .. first + count - 1, which take everything until their bounds are raised.</summary>
    public void Begin(int head, int first, int count, float scale)
    {
        (Head, First, Count) = (head, first, count);
        _queries.Pack(_tensors.Queries(head, first), count, scale);
        var spec = _tensors.Spec;
        for (var row = 0; row < _queries.Count * ScoreTile.Rows; row++)
        {
            _visible[row] = row >= count ? 0 : spec.Causal ? first + row + 1 : spec.N;
            _settled[row] = row >= count;
            Bounds[row] = _settled[row] ? float.PositiveInfinity : float.NegativeInfinity;
            Lists.Clear(row);
        }

        Sums?.Begin(_queries.Count * ScoreTile.Rows);
    }

    public bool IsSettled(int row) => _settled[row];

    /// <summary>The row wants no more keys.</summary>
    public void MarkSettled(int row) => (_settled[row], Bounds[row]) = (true, float.PositiveInfinity);

    /// <summary>Passes over the keys; <paramref name="seen"/> is called with rows first .. end - 1 and the number of keys that have gone by, when that is one of <paramref name="marks"/> (multiples of a panel).</summary>
    public void Stream(PackedKeys keys, Func<int, bool> marks, Action<int, int, int> seen)
    {
        for (var first = 0; first < Count; first += RowsTogether)
        {
            var end = Math.Min(Count, first + RowsTogether);
            var last = Visible(end - 1);
            for (var panel = 0; panel < keys.Panels && keys.FirstKey(panel) < last; panel++)
            {
                for (var tile = first / ScoreTile.Rows; tile * ScoreTile.Rows < end; tile++)
                {
                    Compute(tile, keys, panel, sums: true);
                }

                var gone = keys.FirstKey(panel) + keys.Width;
                if (marks(gone))
                {
                    TakeLast();
                    seen(first, end, gone);
                }
            }

            TakeLast();
        }
    }

    /// <summary>Passes over the keys once more for tiles with a row that still wants some; no sums.</summary>
    public void StreamAgain(PackedKeys keys)
    {
        for (var tile = 0; tile < _queries.Count; tile++)
        {
            if (_settled.AsSpan(tile * ScoreTile.Rows, ScoreTile.Rows).IndexOf(false) < 0)
            {
                continue;
            }

            var last = Visible(Math.Min(Count, (tile + 1) * ScoreTile.Rows) - 1);
            for (var panel = 0; panel < keys.Panels && keys.FirstKey(panel) < last; panel++)
            {
                Compute(tile, keys, panel, sums: false);
            }

            TakeLast();
        }
    }

    public void Dispose()
    {
        _queries.Dispose();
        _bounds.Dispose();
        _scores.Dispose();
        _marks.Dispose();
        Lists.Dispose();
        Sums?.Dispose();
    }

    /// <summary>
    /// The scores of one tile, and then the choice among those of the tile before, whose branches hang on nothing but memory: they are decided while
    /// this one's FMAs are still under way.
    /// </summary>
    private void Compute(int tile, PackedKeys keys, int panel, bool sums)
    {
        var scores = Scores(_turn);
        var (row, key) = (tile * ScoreTile.Rows, keys.FirstKey(panel));
        ScoreTile.Multiply(_queries.Tile(tile), keys.Panel(Head, panel), keys.Width, _tensors.Spec.D, scores);
        var isMasked = Mask(scores, row, key);
        if (sums)
        {
            Sums?.Add(row, scores, isMasked);
        }

        if (!isMasked && Vector256.EqualsAll(Vector256.Load(Bounds + row), Vector256.Create(float.NegativeInfinity)))
        {
            TakeLast();
            Lists.TakeAll(row, scores, key);
            return;
        }

        if (TileMarks.Supported)
        {
            TileMarks.Compare(scores, Bounds + row, Marks(_turn));
        }

        TakeLast();
        (_turn, _lastTile, _lastKey) = (1 - _turn, tile, key);
    }

    private void TakeLast()
    {
        if (_lastTile >= 0)
        {
            Lists.Take(_lastTile * ScoreTile.Rows, Scores(1 - _turn), _lastKey, Bounds, Marks(1 - _turn));
            _lastTile = -1;
        }
    }

    private float* Scores(int turn) => _scores.Start + (turn * ScoreTile.Rows * ScoreTile.Keys);

    private uint* Marks(int turn) => (uint*)_marks.Start + (turn * TileMarks.Length);

    /// <summary>Makes the scores of keys that a row does not see minus infinity. Returns whether there are any.</summary>
    private bool Mask(float* scores, int first, int firstKey)
    {
        // The first row of a tile sees the fewest keys, but for rows that fill a tile up and see none.
        if (_visible[first] >= firstKey + ScoreTile.Keys && first + ScoreTile.Rows <= Count)
        {
            return false;
        }

        for (var row = 0; row < ScoreTile.Rows; row++)
        {
            var seen = Math.Clamp(_visible[first + row] - firstKey, 0, ScoreTile.Keys);
            new Span<float>(scores + (row * ScoreTile.Keys) + seen, ScoreTile.Keys - seen).Fill(float.NegativeInfinity);
        }

        return true;
    }
}
