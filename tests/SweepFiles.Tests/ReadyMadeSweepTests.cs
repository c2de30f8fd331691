namespace AttnSweep.SweepFiles.Tests;

public sealed class ReadyMadeSweepTests
{
    public static TheoryData<string> Names => [.. ReadyMadeSweeps.Names];

    [Theory, MemberData(nameof(Names))]
    public void A_ready_made_sweep_has_a_plan(string name)
    {
        var reading = SweepFile.Read(ReadyMadeSweeps.Text(name), name);

        Assert.Empty(reading.Mistakes);
        Assert.NotEmpty(reading.Plan!.Cells);
        Assert.Equal(Path.GetFileNameWithoutExtension(name), reading.Plan.Name);
    }

    [Fact]
    public void The_first_sweep_is_what_the_readme_says()
    {
        var plan = SweepFile.Read(ReadyMadeSweeps.Text("quick.yaml"), "quick.yaml").Plan!;

        Assert.Equal(72, plan.Inputs.Count);          // 3 n x 2 d x 3 sigma x 4 seeds, all within n d <= 65536
        Assert.Equal(72 * 6, plan.Cells.Count);
        Assert.Equal(
            ["flash", "topk(k=n/16)", "topk(k=n/8)", "threshold(epsilon=1/n)", "window(width=n/8)", "block-topk(block=64,keep=n/8)"],
            plan.Cells.Take(6).Select(c => c.Kernel.Variant));
        Assert.Equal(16, plan.Cells[1].Kernel.Count("k"));
        Assert.Equal(1.0 / 256, plan.Cells[3].Kernel["epsilon"]);
        Assert.Equal(256, plan.Sparsity!.Rows);
        Assert.Equal("quick", plan.Measure.Preset);
    }
}
