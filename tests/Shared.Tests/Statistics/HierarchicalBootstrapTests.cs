using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class HierarchicalBootstrapTests
{
    [Theory]
    [InlineData(9)]
    [InlineData(30)]
    public void Medians_drawn_directly_are_distributed_as_medians_of_resamples(int count)
    {
        // One trial a side; A is constant, so the ratio's interval is the bootstrap interval of B's median.
        var random = new Random(3);
        var samples = Enumerable.Range(0, count).Select(_ => 100 + 10 * random.NextDouble()).Order().ToArray();
        var compared = Assert.Single(RunComparison.Compare(
            [("cell", new CellSamples([[1.0]]), new CellSamples([samples]))],
            new ComparisonRules(Confidence: 0.8, Resamples: 20_000)));

        var medians = Enumerable.Range(0, 20_000)
            .Select(_ => Quantiles.MedianInPlace(Enumerable.Range(0, count).Select(_ => samples[random.Next(count)]).ToArray()))
            .Order().ToArray();
        Assert.Equal(Quantiles.OfSorted(medians, 0.1), compared.Low!.Value, 0.35); // a gap between neighbouring samples: the quantiles of both are made of samples
        Assert.Equal(Quantiles.OfSorted(medians, 0.9), compared.High!.Value, 0.35); // a gap between neighbouring samples: the quantiles of both are made of samples
    }
}
