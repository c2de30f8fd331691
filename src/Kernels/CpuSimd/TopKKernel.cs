namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>topk</c>: the k largest scores of each row, exactly. A row takes its first keys whole; their mean and deviation give a guess of the k-th largest
/// of all, on the low side, and the k largest are chosen among what exceeds it. How far the guesses of a thread's rows before were off says how low to go.
/// </summary>
internal sealed unsafe class TopKKernel : SelectionKernel
{
    private const int MostSampled = 512;

    private readonly int _k;
    private readonly int _sampled;
    private readonly Learned[] _learned;

    public TopKKernel(CpuTensors tensors, ThreadTeam team, int k)
        : base(tensors, team, sums: false)
    {
        var n = tensors.Spec.N;
        _k = Math.Min(k, n);
        _sampled = Math.Clamp(n / 8 / TileProduct.Columns * TileProduct.Columns, TileProduct.Columns, MostSampled);
        _learned = [.. Enumerable.Range(0, team.Size).Select(_ => new Learned(MaxRows, _sampled))];
    }

    protected override void Begin(int member, SelectingRows rows) => _learned[member].Begin();

    protected override bool IsMark(int seen) => seen == _sampled;

    protected override void Guess(int member, SelectingRows rows, int first, int end, int seen)
    {
        for (var row = first; row < end; row++)
        {
            var visible = rows.Visible(row);
            if (visible < 2 * seen || _k > visible / 2)
            {
                continue;
            }

            var (mean, deviation) = rows.Lists.Moments(row);
            var bound = _learned[member].Guess(row, mean, deviation, (float)_k / visible);
            rows.Bounds[row] = bound;
            rows.Lists.KeepAbove(row, bound);
        }
    }

    protected override bool Settle(int member, SelectingRows rows, int row)
    {
        if (rows.Lists.Count(row) < Math.Min(_k, rows.Visible(row)))
        {
            rows.Bounds[row] = float.NegativeInfinity;
            return false;
        }

        var boundary = rows.Lists.KeepLargest(row, _k);
        _learned[member].Hear(row, boundary);
        return true;
    }

    /// <summary>How many deviations above the mean the k-th largest scores of a thread's rows lay, compared with the normal distribution's.</summary>
    private sealed class Learned(int maxRows, int sampled)
    {
        // A guess this many of its standard errors too low misses one row of a thousand; a missed row costs its tile of eight a second pass.
        private const float Caution = 3.2f;

        private readonly (float Mean, float Deviation, float Normal)[] _rows = new (float, float, float)[maxRows];
        private float _offset = float.NaN;
        private double _sum;
        private double _squares;
        private int _count;

        public void Begin()
        {
            if (_count >= 8)
            {
                var mean = _sum / _count;
                _offset = (float)(mean - (Caution * Math.Sqrt(Math.Max(1e-4, (_squares / _count) - (mean * mean)))));
            }

            (_sum, _squares, _count) = (0, 0, 0);
            Array.Clear(_rows);
        }

        public float Guess(int row, float mean, float deviation, float share)
        {
            var normal = NormalQuantile(share);
            _rows[row] = (mean, deviation, normal);
            // Before the first block is through: the error of a mean and a deviation of so many normal scores.
            var offset = float.IsNaN(_offset) ? -Caution * MathF.Sqrt((1 + (normal * normal / 2)) / sampled) : _offset;
            return mean + (deviation * (normal + offset));
        }

        public void Hear(int row, float boundary)
        {
            var (mean, deviation, normal) = _rows[row];
            if (deviation > 0 && float.IsFinite(boundary))
            {
                var offset = ((boundary - mean) / deviation) - normal;
                (_sum, _squares, _count) = (_sum + offset, _squares + (offset * offset), _count + 1);
            }
        }

        /// <summary>What a share of at most a half of all normal numbers exceeds; to 0.003 (Abramowitz and Stegun 26.2.22).</summary>
        private static float NormalQuantile(float share)
        {
            var t = MathF.Sqrt(-2 * MathF.Log(share));
            return t - ((2.30753f + (0.27061f * t)) / (1 + (0.99229f * t) + (0.04481f * t * t)));
        }
    }
}
