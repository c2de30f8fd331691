using AttnSweep.Scheduling.Costs;

namespace AttnSweep.Shared.Tests.Scheduling;

public sealed class CostModelTests
{
    private static IEnumerable<CostObservation> Measured(double factor, double ofN, string device = "A", int count = 40, double scatter = 0, int seed = 1)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var (n, d) = (256 << (i % 6), 64 << (i % 2));
            var prior = 4e-9 * n * n * d;
            yield return new CostObservation("topk", "cpu-simd", device, n, d, prior, prior * factor * Math.Pow(n / 1024.0, ofN) * Math.Exp(scatter * ((2 * random.NextDouble()) - 1)));
        }
    }

    [Fact]
    public void Without_measurements_the_flops_count() => Assert.Equal(0.5, CostModel.Empty.Seconds("topk", "cpu-simd", 1024, 64, 0.5));

    [Fact]
    public void A_line_is_found_again_and_holds_beyond_what_was_measured()
    {
        var model = CostModel.Of(Measured(3, 0.3));
        var prior = 4e-9 * 32768 * 32768 * 64;
        Assert.InRange(model.Seconds("topk", "cpu-simd", 32768, 64, prior) / (prior * 3 * Math.Pow(32, 0.3)), 0.9, 1.1);
        Assert.InRange(model.Find("topk", "cpu-simd")!.Error, 0, 0.03);
    }

    [Fact]
    public void The_error_is_what_cells_scatter_by() => Assert.InRange(CostModel.Of(Measured(3, 0, scatter: 0.3)).Find("topk", "cpu-simd")!.Error, 0.12, 0.25);

    [Fact]
    public void Three_cells_move_the_level_and_hardly_the_slope()
    {
        var fit = CostModel.Of(Measured(5, 0, count: 3)).Find("topk", "cpu-simd")!;
        Assert.InRange(fit.Seconds(1, 1024, 64), 4, 6);
        Assert.InRange(fit.Slope, 0.9, 1.1);
    }

    [Fact]
    public void One_cell_of_a_disturbed_machine_does_not_bend_the_line()
    {
        var cells = Measured(2, 0).ToList();
        cells[7] = cells[7] with { Seconds = cells[7].Seconds * 50 };
        Assert.InRange(CostModel.Of(cells).Seconds("topk", "cpu-simd", 1024, 64, 1), 1.8, 2.2);
    }

    [Fact]
    public void Each_device_class_has_its_own_line_and_an_unknown_one_that_of_its_backend()
    {
        var model = CostModel.Of([.. Measured(1, 0, "A"), .. Measured(4, 0, "B"), .. Measured(9, 0, "C", count: 2)]);
        Assert.InRange(model.Seconds("topk", "cpu-simd", 1024, 64, 1, "A"), 0.9, 1.1);
        Assert.InRange(model.Seconds("topk", "cpu-simd", 1024, 64, 1, "B"), 3.6, 4.4);
        Assert.Equal(model.Seconds("topk", "cpu-simd", 1024, 64, 1), model.Seconds("topk", "cpu-simd", 1024, 64, 1, "C"));
        Assert.Equal(1, model.Seconds("flash", "cpu-simd", 1024, 64, 1));
    }
}
