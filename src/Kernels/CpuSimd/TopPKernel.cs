namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// <c>topp</c>: the fewest keys of each row that hold a share of its softmax mass. Where the row is cut is found on its weights
/// (<see cref="MassCut"/>).
/// </summary>
internal sealed unsafe class TopPKernel : WholeRowKernel
{
    private readonly MassCut[] _cuts;
    private readonly double _mass;

    public TopPKernel(CpuTensors tensors, ThreadTeam team, double mass)
        : base(tensors, team)
    {
        _mass = mass;
        _cuts = OwnPerThread(() => new MassCut(RowStride));
    }

    protected override void BeginBlock(int member) => _cuts[member].Begin();

    protected override float Keep(int member, ScoredRow row, Survivors survivors)
    {
        var max = VectorMath.Max(row.Scores, row.Columns);
        if (_mass >= 1)
        {
            survivors.Collect(row.Scores, row.Columns, float.NegativeInfinity, orEqual: false);
            return max;
        }

        var (bound, surplus) = _cuts[member].Find(row.Scores, row.Columns, max, _mass);
        survivors.Collect(row.Scores, row.Columns, bound, orEqual: true);
        if (surplus > 0)
        {
            survivors.KeepLargest(survivors.Count - surplus);
        }

        return max;
    }
}
