using AttnSweep.Catalogue;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Scratch of the parts of <c>hyper</c> that are estimated, one after the other: orders, V in sorted order with the sampled rows behind, and K
/// packed in that order. Query rows are copied block by block.
/// </summary>
internal sealed unsafe class SortedPart : IDisposable
{
    private const int RowsAtOnce = 256;
    private const int RowsAhead = 12;

    private readonly CpuTensors _tensors;
    private readonly HashSort _hash;
    private readonly Dictionary<int, PackedKeys> _packed;
    private readonly int[] _queryOrder;
    private readonly int[] _keyOrder;
    private readonly int[] _keyPlaces;
    private readonly int[] _sampledKeys;
    private readonly int[] _sampledPlaces;
    private readonly int _samples;
    private readonly int _rows;

    /// <param name="parts">Those to be estimated.</param>
    public SortedPart(CpuTensors tensors, HashSort hash, IReadOnlyList<HyperPart> parts, int block, int samples)
    {
        (_tensors, _hash, _samples) = (tensors, hash, samples);
        var spec = tensors.Spec;
        _rows = parts.Max(p => Math.Max(p.Queries, p.Keys));
        Rows = new CpuTensors(spec with { N = _rows + samples });
        _packed = parts.Select(p => p.Keys).Distinct().ToDictionary(keys => keys, keys => new PackedKeys(spec.Heads, keys, spec.D, block));
        Samples = new PackedKeys(spec.Heads, samples, spec.D, samples, firstKey: _rows);
        _queryOrder = new int[spec.Heads * _rows];
        _keyOrder = new int[spec.Heads * _rows];
        _keyPlaces = new int[spec.Heads * _rows];
        _sampledKeys = new int[spec.Heads * samples];
        _sampledPlaces = new int[spec.Heads * samples];
    }

    /// <summary>Sorted queries and values; row <see cref="FirstSample"/> and the next ones of each head are sampled.</summary>
    public CpuTensors Rows { get; }

    public PackedKeys Samples { get; }

    public int FirstSample => _rows;

    public PackedKeys Keys(HyperPart part) => _packed[part.Keys];

    /// <summary>Sorts queries, keys and samples of a part.</summary>
    /// <param name="draws">Sampled keys of each head.</param>
    public void Sort(ThreadTeam team, HyperPart part, int[][] draws)
    {
        team.Run(2 * _tensors.Spec.Heads, (index, member) =>
        {
            var head = index / 2;
            if (index % 2 == 0)
            {
                _hash.Sort(_hash.QueryBuckets, head, part.FirstQuery, part.Queries, _queryOrder.AsSpan(head * _rows), [], member);
                return;
            }

            _hash.Sort(_hash.KeyBuckets, head, part.FirstKey, part.Keys, _keyOrder.AsSpan(head * _rows), _keyPlaces.AsSpan(head * _rows), member);
            SortSamples(head, part, draws[head]);
        });
    }

    /// <summary>Gathers V and packs K, as sorted.</summary>
    public void Gather(ThreadTeam team, HyperPart part)
    {
        var spec = _tensors.Spec;
        var pieces = (part.Keys + RowsAtOnce - 1) / RowsAtOnce;
        team.Run(spec.Heads * (pieces + 1), (index, _) => GatherValues(index / (pieces + 1), index % (pieces + 1), part.Keys));
        Keys(part).Pack(team, _tensors.Keys, spec.N, _keyOrder, _rows);
        Samples.Pack(team, _tensors.Keys, spec.N, _sampledKeys, _samples);
    }

    /// <summary>Copies queries first .. first + count - 1 of the sorted order to the same rows of <see cref="Rows"/>.</summary>
    public void GatherQueries(int head, int first, int count)
    {
        var d = _tensors.Spec.D;
        for (var row = first; row < first + count; row++)
        {
            Copy(_tensors.Queries(head, QueryAt(head, row)), Rows.Queries(head, row), d);
        }
    }

    /// <summary>The query at a place of the sorted order.</summary>
    public int QueryAt(int head, int place) => _queryOrder[(head * _rows) + place];

    /// <summary>Samples, from 0, whose place in sorted order is first .. end - 1.</summary>
    public (int Low, int High) SamplesIn(int head, int first, int end)
    {
        var places = _sampledPlaces.AsSpan(head * _samples, _samples);
        return (LowerBound(places, first), LowerBound(places, end));
    }

    public void Dispose()
    {
        Rows.Dispose();
        Samples.Dispose();
        foreach (var packed in _packed.Values)
        {
            packed.Dispose();
        }
    }

    /// <summary>By place, so that those inside a block are a run.</summary>
    private void SortSamples(int head, HyperPart part, int[] draws)
    {
        var places = _sampledPlaces.AsSpan(head * _samples, _samples);
        for (var t = 0; t < draws.Length; t++)
        {
            places[t] = _keyPlaces[(head * _rows) + draws[t] - part.FirstKey];
        }

        places.Sort();
        for (var t = 0; t < draws.Length; t++)
        {
            _sampledKeys[(head * _samples) + t] = _keyOrder[(head * _rows) + places[t]];
        }
    }

    private void GatherValues(int head, int piece, int keys)
    {
        var columns = _tensors.Columns;
        var first = piece * RowsAtOnce;
        var isSampled = first >= keys;
        var order = isSampled
            ? _sampledKeys.AsSpan(head * _samples, _samples)
            : _keyOrder.AsSpan((head * _rows) + first, Math.Min(RowsAtOnce, keys - first));
        var target = isSampled ? _rows : first;
        for (var i = 0; i < order.Length; i++)
        {
            Prefetch.Row(_tensors.Values(head) + ((long)order[Math.Min(i + RowsAhead, order.Length - 1)] * columns), columns);
            Copy(_tensors.Values(head) + ((long)order[i] * columns), Rows.Values(head) + ((long)(target + i) * columns), columns);
        }
    }

    private static void Copy(float* source, float* target, int count) => new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));

    private static int LowerBound(ReadOnlySpan<int> sorted, int value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
