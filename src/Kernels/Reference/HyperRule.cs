using AttnSweep.Catalogue;
using AttnSweep.Kernels.Sampling;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Reference;

/// <summary>
/// <c>hyper</c>: for each part that holds the row, all keys it sees (exact parts), or the keys of its block in sorted order,
/// and the draws outside that block, each standing for keys / samples of the part. Nothing here hangs on rounding.
/// </summary>
internal sealed class HyperRule
{
    private readonly InputSpec _input;
    private readonly int _block;
    private readonly int _samples;
    private readonly List<(HyperPart Part, SortedPart? Sorted)> _parts = [];
    private readonly int[] _queryPlaces;
    private readonly int[] _keyPlaces;

    public HyperRule(KernelSpec kernel, InputSpec input, int head, float[] queries, float[] keys)
    {
        _input = input;
        _block = kernel.Count("block");
        _samples = kernel.Count("samples");
        var parts = HyperPart.Of(input, kernel);
        var planes = HashPlanes.Of(input, kernel.Count("bits"));
        var isHashed = parts.Any(p => p.Kind == HyperPartKind.Estimated);
        var queryPlaces = isHashed ? Places(queries, planes) : [];
        var keyPlaces = isHashed ? Places(keys, planes) : [];
        (_queryPlaces, _keyPlaces) = (queryPlaces, keyPlaces);
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            _parts.Add((part, part.Kind != HyperPartKind.Estimated ? null : new SortedPart(
                Order(queryPlaces, part.FirstQuery, part.Queries), Order(keyPlaces, part.FirstKey, part.Keys),
                SampledKeys.Of(input, head, i, part, _samples))));
        }
    }

    public KeptKeys Apply(int row)
    {
        var factors = new double[KeepRule.Visible(_input, row)];
        foreach (var (part, sorted) in _parts.Where(p => row >= p.Part.FirstQuery && row < p.Part.FirstQuery + p.Part.Queries))
        {
            if (sorted is not null)
            {
                Estimate(part, sorted, row, factors);
                continue;
            }

            var keys = part.Kind == HyperPartKind.ExactTriangle ? row - part.FirstQuery + 1 : part.Keys;
            factors.AsSpan(part.FirstKey, keys).Fill(1);
        }

        var kept = new KeptKeys();
        for (var j = 0; j < factors.Length; j++)
        {
            if (factors[j] > 0)
            {
                kept.Kept.Add(j);
                kept.Factors.Add(factors[j]);
            }
        }

        if (kept.Kept.Count == factors.Length && kept.Factors.TrueForAll(f => f == 1))
        {
            kept.Factors.Clear();
        }

        for (var j = 0; j < factors.Length && _keyPlaces.Length > 0; j++)
        {
            if (_keyPlaces[j] == _queryPlaces[row])
            {
                kept.Bucket.Add(j);
            }
        }

        return kept;
    }

    private void Estimate(HyperPart part, SortedPart sorted, int row, double[] factors)
    {
        var own = part.BlockOf(sorted.QueryAt[row - part.FirstQuery], _block);
        foreach (var key in sorted.Samples)
        {
            if (sorted.KeyAt[key - part.FirstKey] / _block != own)
            {
                factors[key] += (double)part.Keys / _samples;
            }
        }

        foreach (var place in Enumerable.Range(own * _block, Math.Min(_block, part.Keys - (own * _block))))
        {
            factors[sorted.KeyOrder[place]] = 1;
        }
    }

    private int[] Places(float[] rows, float[] planes)
    {
        var d = _input.D;
        var places = new int[rows.Length / d];
        for (var i = 0; i < places.Length; i++)
        {
            var row = rows.AsSpan(i * d, d);
            var largest = 0f;
            foreach (var x in row)
            {
                largest = Math.Max(largest, Math.Abs(x));
            }

            var factor = HashPlanes.Factor(largest, d);
            var signs = 0;
            for (var bit = 0; bit < planes.Length / d; bit++)
            {
                var sum = 0L;
                for (var c = 0; c < d; c++)
                {
                    sum += (long)(row[c] * factor) * (planes[(bit * d) + c] > 0 ? 1 : -1);
                }

                signs |= sum > 0 ? 1 << bit : 0;
            }

            places[i] = HashPlanes.Place(signs);
        }

        return places;
    }

    /// <summary>Rows first .. first + count - 1 by bucket, of one bucket the lower index first.</summary>
    private static int[] Order(int[] places, int first, int count) => [.. Enumerable.Range(first, count).OrderBy(i => places[i])];

    private sealed class SortedPart
    {
        public SortedPart(int[] queryOrder, int[] keyOrder, int[] samples)
        {
            KeyOrder = keyOrder;
            Samples = samples;
            QueryAt = Inverse(queryOrder);
            KeyAt = Inverse(keyOrder);
        }

        /// <summary>Keys of the head in sorted order.</summary>
        public int[] KeyOrder { get; }

        public int[] Samples { get; }

        /// <summary>Place in sorted order of each query of the part.</summary>
        public int[] QueryAt { get; }

        public int[] KeyAt { get; }

        private static int[] Inverse(int[] order)
        {
            var (places, first) = (new int[order.Length], order.Length == 0 ? 0 : order.Min());
            for (var place = 0; place < order.Length; place++)
            {
                places[order[place] - first] = place;
            }

            return places;
        }
    }
}
