using System.Diagnostics;
using AttnSweep.Kernels.Devices;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>A prepared kernel of the cpu-simd device. Scratch is allocated in the constructor; a launch computes everything that depends on data.</summary>
internal abstract unsafe class CpuKernel(CpuTensors tensors, ThreadTeam team) : IPreparedKernel
{
    private readonly AlignedBuffer _output = new((long)tensors.Spec.Heads * tensors.Spec.N * tensors.Spec.D);
    private readonly List<IDisposable> _owned = [];
    private PhaseClock? _clock;

    protected CpuTensors Tensors { get; } = tensors.Share();

    protected ThreadTeam Team { get; } = team;

    /// <summary>Scores in units of log2, so that softmax needs exp2 only; folded into Q.</summary>
    protected float QueryScale { get; } = (float)(tensors.Spec.Scale * Math.Log2(Math.E));

    public LaunchTiming Launch(int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            LaunchOnce();
        }

        return new LaunchTiming(Stopwatch.GetElapsedTime(start).TotalMicroseconds, null);
    }

    public IReadOnlyDictionary<string, double> MeasurePhases() => PhaseClock.QuickestOf(3, Team.Size, clock =>
    {
        _clock = clock;
        LaunchOnce();
        _clock = null;
    });

    public void ReadOutput(Span<float> output) => new ReadOnlySpan<float>(_output.Start, checked((int)_output.Length)).CopyTo(output);

    public void Dispose()
    {
        foreach (var owned in _owned)
        {
            owned.Dispose();
        }

        _output.Dispose();
        Tensors.Dispose();
    }

    protected abstract void LaunchOnce();

    /// <summary>Begins a phase of the launch; called by the launching thread between runs of the team.</summary>
    protected void Stage(string phase) => _clock?.Stage(phase);

    /// <summary>Begins a phase of what a member of the team is at; the stage's time is shared out by what the members took for each. Null: at nothing.</summary>
    protected void Phase(int member, string? phase) => _clock?.Phase(member, phase);

    protected float* Output(int head, int row) => _output.Start + ((((long)head * Tensors.Spec.N) + row) * Tensors.Spec.D);

    /// <summary>Freed with the kernel.</summary>
    protected T Own<T>(T scratch)
        where T : IDisposable
    {
        _owned.Add(scratch);
        return scratch;
    }

    /// <summary>One scratch for each thread of the team.</summary>
    protected T[] OwnPerThread<T>(Func<T> make)
        where T : IDisposable => [.. Enumerable.Range(0, Team.Size).Select(_ => Own(make()))];

    /// <summary>Query rows that a thread takes at a time: as many as share the keys in cache, but enough parts for every thread.</summary>
    protected int RowsAtOnce(int most, int least)
    {
        if (Team.Size == 1)
        {
            return most;
        }

        var fair = (long)Tensors.Spec.Heads * Tensors.Spec.N / (4 * Team.Size) / TileProduct.Rows * TileProduct.Rows;
        return (int)Math.Clamp(fair, least, most);
    }
}
