using AttnSweep.Catalogue;

namespace AttnSweep.Kernels.Tests.Oclgrind;

/// <summary>
/// The generated OpenCL C of every kernel, launched by the product's own host code on Oclgrind, a simulator that checks each access:
/// data races between barriers, accesses outside a buffer, reads of what nobody wrote.
/// </summary>
[Trait("Category", "slow"), Trait("Backend", "ilgpu")]
public sealed class OclgrindTests
{
    /// <summary>Barriers in the text of the tiled attention.</summary>
    private const int Barriers = 4;

    public static TheoryData<int> BarrierNumbers => [.. Enumerable.Range(0, Barriers)];

    [Fact]
    public async Task Every_kernel_is_right_and_without_a_report()
    {
        var run = await OclgrindRun.OfAsync(nameof(OclgrindScenes.Right));
        AssertClean(run);
        Assert.All(KernelCatalogue.BuiltIn, kernel => Assert.Contains($"{kernel.Name}", run.Output, StringComparison.Ordinal));
    }

    /// <summary>Each is caught, so each is needed, and a report would be seen.</summary>
    [Theory, MemberData(nameof(BarrierNumbers))]
    public async Task A_kernel_without_one_of_its_barriers_is_caught(int barrier)
    {
        var run = await OclgrindRun.OfAsync(nameof(OclgrindScenes.Flash), OclgrindRun.WithoutBarrier(barrier));
        // A report of a race, or of what the others have not written yet: Oclgrind runs the threads one after the other.
        Assert.True(run.Reports.Contains("data race at local memory", StringComparison.Ordinal) || run.Reports.Contains("ninitialized value", StringComparison.Ordinal), run.ToString());
    }

    [Fact]
    public async Task There_are_no_more_barriers_than_those()
    {
        var run = await OclgrindRun.OfAsync(nameof(OclgrindScenes.Flash), OclgrindRun.WithoutBarrier(Barriers));
        AssertClean(run);
    }

    [Fact]
    public async Task A_kernel_without_its_bounds_check_is_caught()
    {
        var run = await OclgrindRun.OfAsync(nameof(OclgrindScenes.Unbounded));
        Assert.True(run.Reports.Contains("Invalid read of size 4 at global memory address", StringComparison.Ordinal), run.ToString());
    }

    private static void AssertClean(OclgrindRun run)
    {
        Assert.True(run.Reports.Length == 0, run.ToString());
        Assert.True(run.ExitCode == 0, run.Output);
        // A filter that finds no scene succeeds as well.
        Assert.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", run.Output, StringComparison.Ordinal);
    }
}
