using AttnSweep.Kernels.Inputs;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Q, K, V and the output of one input on a device.</summary>
internal sealed class DeviceTensors : IDisposable
{
    private readonly List<MemoryBuffer1D<float, Stride1D.Dense>> _buffers = [];

    public DeviceTensors(Accelerator accelerator, AttentionInput input)
    {
        Input = input;
        var s = input.Spec;
        Problem = new Problem(s.Heads, s.N, s.D, (float)s.Scale, s.Causal ? 1 : 0);
        try
        {
            foreach (var tensor in (float[][])[input.Q, input.K, input.V])
                _buffers.Add(accelerator.Allocate1D(tensor));
            _buffers.Add(accelerator.Allocate1D<float>(input.Q.Length));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public AttentionInput Input { get; }

    public Problem Problem { get; }

    public ArrayView<float> Q => _buffers[0].View.BaseView;

    public ArrayView<float> K => _buffers[1].View.BaseView;

    public ArrayView<float> V => _buffers[2].View.BaseView;

    public ArrayView<float> Output => _buffers[3].View.BaseView;

    public void ReadOutput(Span<float> output) => _buffers[3].View.BaseView.CopyToCPU(ref output[0], output.Length);

    public void Dispose() => _buffers.ForEach(buffer => buffer.Dispose());
}
