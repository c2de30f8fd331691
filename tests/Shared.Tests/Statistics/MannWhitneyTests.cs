using AttnSweep.Statistics;

namespace AttnSweep.Tests.Statistics;

public sealed class MannWhitneyTests
{
    // The example of scipy.stats.mannwhitneyu's documentation (ages at onset of diabetes).
    private static readonly double[] Males = [19, 22, 16, 29, 24];
    private static readonly double[] Females = [20, 11, 17, 12];

    [Fact]
    public void The_published_example_has_its_published_values()
    {
        Assert.Equal(17, MannWhitney.U(Males, Females));
        Assert.Equal(0.1111111111111111, MannWhitney.PValue(Males, Females), 1e-12);
        Assert.Equal(MannWhitney.PValue(Males, Females), MannWhitney.PValue(Females, Males), 1e-15);
    }

    [Fact]
    public void The_exact_p_is_the_share_of_arrangements_at_least_as_extreme()
    {
        double[] a = [1, 4, 6, 7, 11, 12];
        double[] b = [2, 3, 5, 8, 9, 10];
        var observed = Math.Abs(MannWhitney.U(a, b) - 18);
        int extreme = 0, all = 0;
        for (var mask = 0; mask < 1 << 12; mask++)
        {
            if (int.PopCount(mask) != 6)
                continue;
            all++;
            var first = Enumerable.Range(0, 12).Where(i => (mask >> i & 1) == 1).ToArray();
            var u = first.Sum(i => Enumerable.Range(0, i).Count(j => (mask >> j & 1) == 0));
            extreme += Math.Abs(u - 18) >= observed ? 1 : 0;
        }

        Assert.Equal(924, all);
        Assert.Equal((double)extreme / all, MannWhitney.PValue(a, b), 1e-12);
    }

    [Fact]
    public void Three_against_three_trials_cannot_go_below_a_tenth() =>
        Assert.Equal(0.1, MannWhitney.PValue([1, 2, 3], [4, 5, 6]), 1e-12);

    [Fact]
    public void Ties_are_corrected_for()
    {
        // By hand: a = 1 2 2 3, b = 2 3 3 4. Midranks 1, 3 (three 2s), 6 (three 3s), 8: rank sum of a 13, U = 3.
        // Ties 2 x (27 - 3) = 48, variance 16/12 x (9 - 48/56) = 10.857143, z = (5 - 0.5)/3.295018 = 1.365698.
        double[] a = [1, 2, 2, 3];
        double[] b = [2, 3, 3, 4];
        Assert.Equal(3, MannWhitney.U(a, b));
        Assert.Equal(2 * StandardNormal.UpperTail(4.5 / Math.Sqrt(16 / 12.0 * (9 - 48 / 56.0))), MannWhitney.PValue(a, b), 1e-12);
        Assert.Equal(0.172034, MannWhitney.PValue(a, b), 1e-5);
    }

    [Fact]
    public void Series_of_one_value_are_no_different() => Assert.Equal(1, MannWhitney.PValue([5, 5, 5], [5, 5]));

    [Fact]
    public void The_normal_approximation_takes_over_without_a_jump()
    {
        var a = Enumerable.Range(0, 20).Select(i => i * 1.0).ToArray();
        var b = Enumerable.Range(0, 20).Select(i => i * 1.0 + 4.3).ToArray();
        var exact = MannWhitney.PValue(a, b);
        var approximate = MannWhitney.PValue([.. a, 9.1], b);
        Assert.InRange(approximate / exact, 0.7, 1.4);
    }

    [Fact]
    public void Benjamini_and_Hochberg_find_the_four_discoveries_of_their_paper()
    {
        // Benjamini and Hochberg 1995, section 3.2: 15 p-values, 4 discoveries at q = 0.05.
        double[] p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000];
        var shuffled = p.Reverse().ToArray();
        var adjusted = BenjaminiHochberg.Adjust(shuffled).Reverse().ToArray();
        Assert.Equal(4, adjusted.Count(x => x <= 0.05));
        Assert.Equal(0.0001 * 15, adjusted[0], 1e-12);
        Assert.Equal(0.0095 * 15 / 4, adjusted[3], 1e-12);
        Assert.Equal(adjusted.Order(), adjusted);
        Assert.Equal(1, adjusted[^1]);
    }
}
