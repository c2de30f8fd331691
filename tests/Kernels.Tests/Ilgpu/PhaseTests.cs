using AttnSweep.Kernels.Contract;
using AttnSweep.Kernels.Inputs;

namespace AttnSweep.Kernels.Tests.Ilgpu;

/// <summary>Where a launch spends its time, on a device with events (PoCL).</summary>
[Trait("Backend", "ilgpu"), Trait("Category", "slow"), Collection("ilgpu")]
public sealed class PhaseTests
{
    [Theory]
    [InlineData("naive", "combine", "score", "softmax")]
    [InlineData("topk", "combine", "score", "select")]
    [InlineData("flash", "attend")]
    [InlineData("block-topk", "attend", "select")]
    [InlineData("hyper", "attend", "hash", "merge", "sort")]
    public void Every_phase_takes_time_and_the_output_stays_right(string kernel, params string[] phases)
    {
        var input = AttentionInput.Create(ContractCases.Input(n: 150, d: 64));
        using var device = OpenClDevice.Open();
        using var prepared = device.Prepare(ContractCases.Middle(kernel, input.Spec), input);
        var (before, after) = (new float[input.Q.Length], new float[input.Q.Length]);
        prepared.Launch(1);
        prepared.ReadOutput(before);

        var measured = prepared.MeasurePhases()!;

        prepared.ReadOutput(after);
        Assert.Equal(phases, measured.Keys.Order(StringComparer.Ordinal));
        Assert.All(measured.Values, microseconds => Assert.True(microseconds >= 0));
        Assert.Contains(measured.Values, microseconds => microseconds > 0);
        Assert.Equal(before, after);
    }
}
