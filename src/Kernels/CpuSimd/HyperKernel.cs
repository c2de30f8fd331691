using AttnSweep.Catalogue;
using AttnSweep.Kernels.Sampling;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>hyper</c>: hash, sort, exact blocks on the diagonal of the sorted order, and sampled keys for the rest, in parts when
/// causal. Everything but the draw of planes and samples is done in every launch. Triangles run together, since they share no row;
/// other parts run one after the other, each shared out by query block.
/// </summary>
internal sealed unsafe class HyperKernel : CpuKernel
{
    private const int RowsInCache = 192;

    private readonly IReadOnlyList<HyperPart> _parts;
    private readonly (HyperPart Part, int First)[] _triangles;
    private readonly int[][][] _draws;
    private readonly int _block;
    private readonly int _samples;
    private readonly int _exactRows;
    private readonly PackedKeys? _keys;
    private readonly StreamingRows[] _exact = [];
    private readonly HashSort? _hash;
    private readonly SortedPart? _sorted;
    private readonly StreamingRows[] _estimated = [];
    private readonly PartialRows? _partial;

    public HyperKernel(CpuTensors tensors, ThreadTeam team, KernelSpec kernel)
        : base(tensors, team)
    {
        var spec = tensors.Spec;
        (_block, _samples) = (kernel.Count("block"), kernel.Count("samples"));
        _parts = HyperPart.Of(spec, kernel);
        _partial = _parts.Count == 1 ? null : Own(new PartialRows(tensors));
        _exactRows = RowsAtOnce(most: RowsInCache, least: 48);
        // From the last rows to the first: those see the most.
        _triangles = [.. _parts.Where(p => p.Kind == HyperPartKind.ExactTriangle)
            .SelectMany(p => Enumerable.Range(0, (p.Queries + _exactRows - 1) / _exactRows).Select(i => (p, i * _exactRows)))
            .OrderByDescending(job => job.Item2)];
        if (_parts.Any(p => p.Kind != HyperPartKind.Estimated))
        {
            _keys = Own(new PackedKeys(spec.Heads, spec.N, spec.D, spec.N));
            _exact = OwnPerThread(() => new StreamingRows(_exactRows, tensors));
        }

        var estimated = _parts.Where(p => p.Kind == HyperPartKind.Estimated).ToList();
        if (estimated.Count > 0)
        {
            _hash = Own(new HashSort(tensors, kernel.Count("bits"), team.Size));
            _sorted = Own(new SortedPart(tensors, _hash, estimated, _block, _samples));
            _estimated = OwnPerThread(() => new StreamingRows(RowsInCache, _sorted.Rows));
        }

        _draws = [.. _parts.Select((part, i) => part.Kind != HyperPartKind.Estimated
            ? []
            : Enumerable.Range(0, spec.Heads).Select(head => SampledKeys.Of(spec, head, i, part, _samples)).ToArray())];
    }

    protected override void LaunchOnce()
    {
        var heads = Tensors.Spec.Heads;
        Stage("pack");
        _partial?.Clear();
        _keys?.Pack(Team, Tensors.Keys);
        Stage("hash");
        _hash?.Hash(Team);
        Stage("attend");
        Team.Run(heads * _triangles.Length, (index, member) =>
            Exact(_exact[member], _triangles[index / heads].Part, index % heads, _triangles[index / heads].First));
        for (var i = 0; i < _parts.Count; i++)
        {
            var part = _parts[i];
            if (part.Kind == HyperPartKind.ExactRectangle)
            {
                var pieces = (part.Queries + _exactRows - 1) / _exactRows;
                Team.Run(heads * pieces, (index, member) => Exact(_exact[member], part, index / pieces, index % pieces * _exactRows));
            }
            else if (part.Kind == HyperPartKind.Estimated)
            {
                Stage("sort");
                _sorted!.Sort(Team, part, _draws[i]);
                Stage("gather");
                _sorted.Gather(Team, part);
                Stage("attend");
                var blocks = part.Blocks(_block);
                Team.Run(heads * blocks, (index, member) => Estimate(_estimated[member], part, index / blocks, index % blocks));
            }
        }

        if (_partial is not null)
        {
            Stage("merge");
            Team.Run(heads, (head, _) => WriteHead(head));
        }
    }

    private void Exact(StreamingRows rows, HyperPart part, int head, int first)
    {
        var count = Math.Min(_exactRows, part.Queries - first);
        rows.Begin(head, part.FirstQuery + first, count, QueryScale);
        var isTriangle = part.Kind == HyperPartKind.ExactTriangle;
        for (var row = 0; row < count; row++)
        {
            rows.See(row, part.FirstKey, part.FirstKey + (isTriangle ? first + row + 1 : part.Keys));
        }

        var end = part.FirstKey + (isTriangle ? first + count : part.Keys);
        var panel = part.FirstKey / _keys!.Width;
        rows.AttendRun(_keys, panel, ((end + _keys.Width - 1) / _keys.Width) - panel);
        for (var row = 0; row < count; row++)
        {
            Add(head, part.FirstQuery + first + row, rows.State(row));
        }
    }

    private void Estimate(StreamingRows rows, HyperPart part, int head, int own)
    {
        var sorted = _sorted!;
        var keys = sorted.Keys(part);
        var blocks = part.Blocks(_block);
        var start = own * _block;
        var end = own == blocks - 1 ? part.Queries : start + _block;
        var (low, high) = sorted.SamplesIn(head, start, Math.Min(part.Keys, start + _block));
        var atOnce = StreamingRows.EvenRows(end - start, RowsInCache);
        for (var first = start; first < end; first += atOnce)
        {
            var count = Math.Min(atOnce, end - first);
            sorted.GatherQueries(head, first, count);
            PrefetchRows(head, first, count, part.Queries);
            rows.Begin(head, first, count, QueryScale);
            See(rows, count, 0, part.Keys);
            rows.AttendBlocks(keys, own, 1);
            if (high - low < _samples)
            {
                rows.StandFor(MathF.Log2((float)part.Keys / _samples), sorted.FirstSample + low, sorted.FirstSample + high);
                See(rows, count, sorted.FirstSample, sorted.FirstSample + _samples);
                rows.AttendRun(sorted.Samples, 0, sorted.Samples.Panels);
            }

            for (var row = 0; row < count; row++)
            {
                Add(head, sorted.QueryAt(head, first + row), rows.State(row));
            }
        }
    }

    /// <summary>Asks for the rows that these queries will write and that as many queries behind them will read: in hashed order no hardware foresees either.</summary>
    private void PrefetchRows(int head, int first, int count, int queries)
    {
        for (var row = first; row < first + count; row++)
        {
            Prefetch.Row(Output(head, _sorted!.QueryAt(head, row)), Tensors.Spec.D);
            if (row + count < queries)
            {
                Prefetch.Row(Tensors.Queries(head, _sorted.QueryAt(head, row + count)), Tensors.Spec.D);
            }
        }
    }

    private static void See(StreamingRows rows, int count, int low, int high)
    {
        for (var row = 0; row < count; row++)
        {
            rows.See(row, low, high);
        }
    }

    private void Add(int head, int query, (float Max, float Total, nint Sums) state)
    {
        if (_partial is null)
        {
            PartialRows.Write(state, Output(head, query), Tensors.Spec.D);
        }
        else
        {
            _partial.Add(((long)head * Tensors.Spec.N) + query, state);
        }
    }

    private void WriteHead(int head)
    {
        for (var query = 0; query < Tensors.Spec.N; query++)
        {
            _partial!.Write(((long)head * Tensors.Spec.N) + query, Output(head, query));
        }
    }
}
