using AttnSweep.Kernels.Inputs;
using AttnSweep.Sweeps;

namespace AttnSweep.Kernels.Tests.Ilgpu;

/// <summary>
/// A device's driver reads and writes host memory by its address, on a thread of its own; the collector moves what is not pinned.
/// </summary>
[Trait("Backend", "ilgpu"), Trait("Category", "slow"), Collection("ilgpu")]
public sealed class MovingMemoryTests
{
    private const int Copies = 3000;

    [Fact]
    public async Task Outputs_arrive_whole_while_the_collector_moves_memory()
    {
        // 64 KiB: smaller than what the collector leaves where it is.
        var input = AttentionInput.Create(AttentionKernelContract.Input(n: 250, d: 64));
        using var device = OpenClDevice.Open();
        using var prepared = device.Prepare(KernelSpec.Plain("flash"), input);
        prepared.Launch(1);
        var expected = new float[input.Q.Length];
        prepared.ReadOutput(expected);

        using var copying = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var mover = Task.Run(() => MoveMemory(copying, stop.Token));
        var wrong = 0;
        try
        {
            for (var copy = 0; copy < Copies; copy++)
            {
                var output = new float[expected.Length];
                copying.Release();
                prepared.ReadOutput(output);
                wrong += output.AsSpan().SequenceEqual(expected) ? 0 : 1;
            }
        }
        finally
        {
            stop.Cancel();
        }

        await mover;
        Assert.Equal(0, wrong);
    }

    /// <summary>
    /// Leaves holes between what lives, and has them closed: once for each copy, as a collector that never rests lets nobody else run.
    /// </summary>
    private static void MoveMemory(SemaphoreSlim copying, CancellationToken stop)
    {
        var living = new object[64];
        try
        {
            for (var copy = 0; ; copy++)
            {
                for (var i = 0; i < 32; i++)
                {
                    living[(copy + i) % living.Length] = new byte[1 + ((copy + i) * 37 % 4000)];
                }

                copying.Wait(stop);
                GC.Collect(0, GCCollectionMode.Forced, blocking: true, compacting: true);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
