using AttnSweep.Statistics;
using AttnSweep.Theory;

namespace AttnSweep.Tests.Theory;

/// <summary>Golden numbers of paper sections 4B, 4E and 4F.</summary>
public sealed class ClosedFormTests
{
    [Theory]
    [InlineData(-3, .001349898032)]
    [InlineData(-1.5, .066807201269)]
    [InlineData(-.5, .308537538726)]
    [InlineData(1, .841344746069)]
    [InlineData(2, .977249868052)]
    public void The_normal_distribution_has_twelve_digits(double x, double p)
    {
        Assert.Equal(p, StandardNormal.Cdf(x), 6e-13);
        Assert.Equal(p, StandardNormal.UpperTail(-x), 6e-13);
    }

    [Theory]
    [InlineData(1e-6, -4.753424308823)]
    [InlineData(.001, -3.090232306168)]
    [InlineData(.01, -2.326347874041)]
    [InlineData(.05, -1.644853626951)]
    [InlineData(.125, -1.150349380376)]
    public void The_normal_quantile_has_ten_digits(double p, double x)
    {
        Assert.Equal(x, StandardNormal.Quantile(p), 1e-10);
        Assert.Equal(-x, StandardNormal.Quantile(1 - p), 1e-9);
    }

    [Fact]
    public void Far_tails_do_not_cancel() => Assert.Equal(1, StandardNormal.UpperTail(10) / 7.619853024160525e-24, 1e-12);

    [Fact]
    public void Logarithmic_tails_go_on_where_the_tail_underflows()
    {
        Assert.Equal(Math.Log(StandardNormal.UpperTail(29.999)), StandardNormal.LogUpperTail(29.999), 1e-9);
        Assert.Equal(StandardNormal.LogUpperTail(29.9999999), StandardNormal.LogUpperTail(30), 1e-4);
        Assert.Equal(-100, StandardNormal.QuantileOfLog(StandardNormal.LogUpperTail(100)), 1e-9);
        Assert.Equal(StandardNormal.Quantile(1e-200), StandardNormal.QuantileOfLog(-200 * Math.Log(10)), 1e-9);
    }

    [Theory]
    [InlineData(.25, .549738225, 0, .999999996, .183967175, .028463253, .848858880, .981069106, .257733283, 2.411099479, .131548872)]
    [InlineData(1, .691462461, .035726700, .971934094, .440244488, .124275773, .610856308, .907637752, .802240320, 1.222571177, .152599182)]
    [InlineData(2.25, .869705483, .540474360, .960084845, .864257811, .538289473, .166410230, .530428831, .999595432, .158313317, .192396388)]
    [InlineData(4, .977249868, .922827949, .990676223, .997811636, .967562993, .003279444, .047099494, 1.000000000, .002193164, .257733283)]
    public void Log_normal_formulas_match_4E(
        double tau, double fracInvN, double fracTenth, double fracThousandth, double massEighth, double mass64th,
        double k01, double k001, double headOfP2, double error, double blockMass)
    {
        const double digits = 6e-10;
        Assert.Equal(fracInvN, LogNormalRow.FracLe(tau, 4096, 1.0 / 4096), digits);
        Assert.Equal(fracTenth, LogNormalRow.FracLe(tau, 4096, .1 / 4096), digits);
        Assert.Equal(fracThousandth, LogNormalRow.FracLe(tau, 4096, 1e-3), digits);
        Assert.Equal(massEighth, LogNormalRow.TopMass(tau, 1 / 8.0), digits);
        Assert.Equal(mass64th, LogNormalRow.TopMass(tau, 1 / 64.0), digits);
        Assert.Equal(k01, LogNormalRow.KTvFrac(tau, .1), digits);
        Assert.Equal(k001, LogNormalRow.KTvFrac(tau, .01), digits);
        Assert.Equal(headOfP2, LogNormalRow.TopShareOfP2(tau, 1 / 8.0), digits);
        Assert.Equal(error, Math.Sqrt(LogNormalRow.TopKRelativeSquaredError(tau, 1 / 8.0)), digits);
        Assert.Equal(blockMass, LogNormalRow.BlockTopMass(tau, 1 / 8.0, 64), digits);
    }

    [Theory]
    // The paper's integral for ln Z stops at its lower limit and so lacks n e^(tau^2/2 + limit), 1.5e-7 in the first row.
    [InlineData(1, 1024, 7.4306349, .002635409, 2.5e-7, 5e-10)]
    [InlineData(2.25, 4096, 10.835966, .018860701, 5e-7, 5e-10)]
    [InlineData(4, 1024, 13.988106, .27253397, 5e-7, 5e-9)]
    public void Exact_integrals_match_4B(double tau, int n, double lnZ, double sumP2, double lnZDigits, double sumP2Digits)
    {
        var row = new ExactRow(tau, n, n).At(n);
        Assert.Equal(lnZ, row.LnZ, lnZDigits);
        Assert.Equal(sumP2, row.SumP2, sumP2Digits);
    }

    [Fact]
    public void One_table_serves_every_row_length()
    {
        var shared = new ExactRow(1.5, 1, 5000);
        foreach (var n in (int[])[1, 2, 7, 300, 5000])
        {
            var own = new ExactRow(1.5, n, n).At(n);
            Assert.Equal(own.LnZ, shared.At(n).LnZ, 1e-8);
            Assert.Equal(own.SumP2, shared.At(n).SumP2, 1e-8);
            Assert.Equal(own.LnZVariance, shared.At(n).LnZVariance, 1e-7);
        }
    }

    [Fact]
    public void Two_keys_agree_with_direct_integration()
    {
        // n = 2: p1 is the logistic function of a N(0, 2 tau^2) difference.
        const double tau = 1.3;
        double sumP2 = 0, lnZ = 0, squaredLnZ = 0, total = 0;
        for (var i = -4000; i <= 4000; i++)
        {
            var z = i / 400.0;
            var weight = Math.Exp(-z * z / 2);
            var difference = tau * Math.Sqrt(2) * z;
            var p = 1 / (1 + Math.Exp(-difference));
            total += weight;
            sumP2 += weight * (p * p + (1 - p) * (1 - p));

            // ln Z = (s1 + s2)/2 + ln(2 cosh((s1 - s2)/2)); the first part has mean 0, variance tau^2/2 and is independent of the second.
            var softened = Math.Log(1 + Math.Exp(difference)) - difference / 2;
            lnZ += weight * softened;
            squaredLnZ += weight * softened * softened;
        }

        var row = new ExactRow(tau, 2, 2).At(2);
        Assert.Equal(sumP2 / total, row.SumP2, 1e-10);
        Assert.Equal(lnZ / total, row.LnZ, 1e-10);
        Assert.Equal(squaredLnZ / total - lnZ / total * (lnZ / total) + tau * tau / 2, row.LnZVariance, 1e-9);
    }

    [Theory]
    [InlineData(64, .5, .54954, 0, .18377, .84903, .98109)]
    [InlineData(32, 1, .68975, .03959, .43764, .61300, .90723)]
    [InlineData(64, 1, .69061, .03773, .43894, .61193, .90743)]
    [InlineData(16, 1, .68806, .04295, .43506, .61513, .90684)]
    [InlineData(128, 1, .69103, .03674, .43959, .61139, .90753)]
    [InlineData(64, 1.5, .86760, .53336, .85770, .17328, .53331)]
    [InlineData(64, 2, .97513, .91531, .99627, .00536, .05887)]
    public void Log_normal_formulas_averaged_over_tau_match_4F(int d, double sigma, double a, double b, double m8, double k1, double k2)
    {
        const int n = 4096; // these five are free of n
        Assert.Equal(a, TauSpread.Average(sigma, d, tau => LogNormalRow.FracLe(tau, n, 1.0 / n)), 6e-6);
        Assert.Equal(b, TauSpread.Average(sigma, d, tau => LogNormalRow.FracLe(tau, n, .1 / n)), 6e-6);
        Assert.Equal(m8, TauSpread.Average(sigma, d, tau => LogNormalRow.TopMass(tau, 1 / 8.0)), 6e-6);
        Assert.Equal(k1, TauSpread.Average(sigma, d, tau => LogNormalRow.KTvFrac(tau, .1)), 6e-6);
        Assert.Equal(k2, TauSpread.Average(sigma, d, tau => LogNormalRow.KTvFrac(tau, .01)), 6e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(256)]
    public void The_spread_of_tau_has_the_moments_of_chi_squared(int d)
    {
        // X = chi2_d / d: E X = 1, E X^2 = 1 + 2/d, E X^3 = (1 + 2/d)(1 + 4/d).
        Assert.Equal(1, TauSpread.Of(1.3, d).Sum(node => node.Weight), 1e-12);
        double Moment(int power) => TauSpread.Average(1, d, tau => Math.Pow(tau, 2 * power));
        Assert.Equal(1, Moment(1), 1e-9);
        Assert.Equal(1 + 2.0 / d, Moment(2), 1e-8);
        Assert.Equal((1 + 2.0 / d) * (1 + 4.0 / d), Moment(3), 1e-6);
    }
}
