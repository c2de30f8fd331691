using AttnSweep.Kernels.Inputs;
using ILGPU;
using ILGPU.Runtime;

namespace AttnSweep.Kernels.Ilgpu;

/// <summary>Q, K and V of one input on a device. Shared by the device and its prepared kernels; the last owner's Dispose frees them.</summary>
internal sealed class DeviceTensors : IDisposable
{
    private readonly DeviceMemory _memory;
    private int _owners = 1;

    public DeviceTensors(Accelerator accelerator, AttentionInput input)
    {
        Input = input;
        var s = input.Spec;
        Problem = new Problem(s.Heads, s.N, s.D, (float)s.Scale, s.Causal ? 1 : 0);
        _memory = new DeviceMemory(accelerator);
        try
        {
            Q = _memory.Upload(input.Q);
            K = _memory.Upload(input.K);
            V = _memory.Upload(input.V);
        }
        catch
        {
            _memory.Dispose();
            throw;
        }
    }

    public AttentionInput Input { get; }

    public Problem Problem { get; }

    public ArrayView<float> Q { get; }

    public ArrayView<float> K { get; }

    public ArrayView<float> V { get; }

    public DeviceTensors Share()
    {
        _owners++;
        return this;
    }

    public void Dispose()
    {
        if (--_owners == 0)
            _memory.Dispose();
    }
}
