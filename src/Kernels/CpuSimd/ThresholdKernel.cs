using System.Numerics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>threshold</c>: keys with p &gt; epsilon, or within a margin of the best. p needs the row's whole softmax sum, so every score is computed; what is saved is the
/// product with V. While scores stream by, a row keeps those above a guess of its bound, extrapolated from the sum so far. In the
/// end the bound is known; where a guess was above it, the scores of that row's tile are computed once more. A margin needs no
/// sum and no guess: the largest score so far gives a bound that only rises.
/// </summary>
internal sealed unsafe class ThresholdKernel : CpuKernel
{
    private readonly PackedKeys _keys;
    private readonly RowBlocks _blocks;
    private readonly Scratch[] _scratch;
    private readonly float _logEpsilon;
    private readonly float? _margin;

    /// <param name="margin">In natural logarithms; where it is given, epsilon is not used.</param>
    public ThresholdKernel(CpuTensors tensors, ThreadTeam team, double epsilon, double? margin)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        _logEpsilon = (float)Math.Log2(epsilon);
        _margin = (float?)(margin * Math.Log2(Math.E));
        _blocks = RowBlocks.Share(spec.Heads, spec.N, team.Size, most: KeptLists.RowsFor(spec.N), least: 24);
        _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
        _scratch = OwnPerThread(() => new Scratch(_blocks.MaxRows, tensors));
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
        var my = _scratch[member];
        my.Begin(Tensors.Spec, head, _blocks.First(block), _blocks.Rows(block), QueryScale);
        Stream(member, boundIsKnown: false);
        var missed = false;
        for (var row = 0; row < my.Rows; row++)
        {
            var bound = _margin is null ? my.Totals.Log2Total(row) + _logEpsilon : my.Bounds[row];
            var isMiss = my.Highest[row] > bound;
            my.Bounds[row] = bound;
            if (isMiss)
            {
                my.Lists.Clear(row);
            }
            else
            {
                my.Lists.KeepAbove(row, bound);
                my.Scores.See(row, 0, 0);
            }

            my.Learn(isMiss);
            missed |= isMiss;
        }

        if (missed)
        {
            Stream(member, boundIsKnown: true);
        }

        Phase(member, "combine");
        my.Lists.WriteOutput(head, my.Rows, Output(head, my.First));
        Phase(member, null);
    }

    private void Stream(int member, bool boundIsKnown)
    {
        var my = _scratch[member];
        var together = GroupScores.MaxKeys / _keys.Width;
        var end = my.Visible(my.Rows - 1);
        var group = 1;
        for (var panel = 0; panel < _keys.Panels && _keys.FirstKey(panel) < end; panel += together, group++)
        {
            Phase(member, "score");
            my.Scores.Compute(_keys, panel, Math.Min(together, _keys.Panels - panel));
            Phase(member, "select");
            for (var tile = 0; tile < my.Scores.Tiles; tile++)
            {
                var (from, to) = my.Scores.Columns(tile);
                if (from >= to)
                {
                    continue;
                }

                my.Scores.Mask(tile);
                var scores = my.Scores.Tile(tile) + from;
                var key = my.Scores.Start + from;
                var (row, stop) = (tile * TileProduct.Rows, Math.Min(my.Rows, (tile + 1) * TileProduct.Rows));
                if (_margin is { } margin)
                {
                    my.Raise(row, stop, scores, to - from, margin);
                }
                else if (!boundIsKnown)
                {
                    my.Totals.Add(tile, scores, TileProduct.WeightStride, to - from);
                    if (BitOperations.IsPow2(group))
                    {
                        my.Guess(row, stop, my.Scores.Start + to, _logEpsilon);
                    }
                }

                my.Lists.Take(row, stop, scores, TileProduct.WeightStride, to - from, key, my.Bounds);
            }
        }
    }

    /// <summary>What a thread needs for a block of rows.</summary>
    private sealed class Scratch(int maxRows, CpuTensors tensors) : IDisposable
    {
        // A guess from m keys stays so many / sqrt(m) below what they say, in log2: a softmax sum's standard error is 2 / sqrt(m)
        // for scores of unit variance. It doubles within a few misses, and comes back slowly.
        private const float LeastCaution = 10;
        private const float MostCaution = 1000;

        private float _caution = LeastCaution;
        private Sweeps.InputSpec? _spec;

        public GroupScores Scores { get; } = new(maxRows, tensors);

        public RunningTotals Totals { get; } = new(GroupScores.Padded(maxRows));

        public KeptLists Lists { get; } = new(maxRows, tensors.Spec.N, tensors);

        public float[] Bounds { get; } = new float[maxRows];

        /// <summary>Highest bound ever used for a row: a key below it may have been passed over.</summary>
        public float[] Highest { get; } = new float[maxRows];

        public int First { get; private set; }

        public int Rows { get; private set; }

        public void Begin(Sweeps.InputSpec spec, int head, int first, int rows, float scale)
        {
            (_spec, First, Rows) = (spec, first, rows);
            Scores.Begin(head, first, rows, scale);
            Totals.Begin(GroupScores.Padded(rows));
            for (var row = 0; row < rows; row++)
            {
                Scores.See(row, 0, Visible(row));
                Lists.Clear(row);
                (Bounds[row], Highest[row]) = (float.NegativeInfinity, float.NegativeInfinity);
            }
        }

        public int Visible(int row) => _spec!.Causal ? First + row + 1 : _spec.N;

        /// <summary>Bounds for rows start .. stop - 1 after keys 0 .. seen - 1; never below what these alone prove.</summary>
        public void Guess(int start, int stop, int seen, float logEpsilon)
        {
            for (var row = start; row < stop; row++)
            {
                var visible = Visible(row);
                var known = Math.Min(seen, visible);
                var rest = MathF.Log2((float)visible / known) - (_caution / MathF.Sqrt(known));
                Bounds[row] = Totals.Log2Total(row) + Math.Max(0, rest) + logEpsilon;
                Highest[row] = Math.Max(Highest[row], Bounds[row]);
            }
        }

        /// <summary>Bounds for rows start .. stop - 1 so far below the largest score yet.</summary>
        public void Raise(int start, int stop, float* scores, int columns, float margin)
        {
            for (var row = start; row < stop; row++, scores += TileProduct.WeightStride)
            {
                Bounds[row] = Math.Max(Bounds[row], VectorMath.Max(scores, columns) - margin);
            }
        }

        public void Learn(bool isMiss) => _caution = isMiss ? Math.Min(MostCaution, _caution * 1.25f) : Math.Max(LeastCaution, _caution * 0.999f);

        public void Dispose()
        {
            Scores.Dispose();
            Totals.Dispose();
            Lists.Dispose();
        }
    }
}
