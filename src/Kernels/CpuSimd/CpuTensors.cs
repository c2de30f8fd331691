using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>An input as the kernels read it. Shared by the kernels prepared on it; the last one to leave frees it.</summary>
internal sealed unsafe class CpuTensors : IDisposable
{
    private readonly AlignedBuffer _q;
    private readonly AlignedBuffer _k;
    private readonly AlignedBuffer _v;
    private int _users = 1;

    public CpuTensors(AttentionInput input)
    {
        (Input, Spec) = (input, input.Spec);
        Columns = (input.Spec.D + 15) / 16 * 16;
        _q = new AlignedBuffer(input.Q);
        _k = new AlignedBuffer(input.K);
        _v = Columns == input.Spec.D ? new AlignedBuffer(input.V) : Padded(input.V, input.Spec.D, Columns);
    }

    /// <summary>Zeros, to be filled by a kernel with rows of its own choice.</summary>
    public CpuTensors(InputSpec spec)
    {
        Spec = spec;
        Columns = (spec.D + 15) / 16 * 16;
        _q = new AlignedBuffer((long)spec.Heads * spec.N * spec.D);
        _k = new AlignedBuffer(0);
        _v = new AlignedBuffer((long)spec.Heads * spec.N * Columns);
    }

    /// <summary>Null for a kernel's own rows.</summary>
    public AttentionInput? Input { get; }

    public InputSpec Spec { get; }

    /// <summary>d rounded up to whole vectors: the stride of V and of accumulators. The padding holds zeros.</summary>
    public int Columns { get; }

    /// <summary>Keys of all heads, n x d each.</summary>
    public float* Keys => _k.Start;

    public float* Queries(int head, int row) => _q.Start + ((((long)head * Spec.N) + row) * Spec.D);

    public float* Values(int head) => _v.Start + ((long)head * Spec.N * Columns);

    public CpuTensors Share()
    {
        _users++;
        return this;
    }

    public void Dispose()
    {
        if (--_users == 0)
        {
            _q.Dispose();
            _k.Dispose();
            _v.Dispose();
        }
    }

    private static AlignedBuffer Padded(float[] rows, int d, int columns)
    {
        var buffer = new AlignedBuffer((long)rows.Length / d * columns);
        for (var i = 0; i < rows.Length / d; i++)
        {
            rows.AsSpan(i * d, d).CopyTo(new Span<float>(buffer.Start + ((long)i * columns), d));
        }

        return buffer;
    }
}
