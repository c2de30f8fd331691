using AttnSweep.Sweeps;

namespace AttnSweep.Theory;

/// <summary>
/// The root mean square, over rows and seeds, of the standard deviation tau of a row's scores (paper section 0): everything that can be said from second
/// moments. With A the covariance of a row of Q, K or X at sigma = 1, scores of different positions have variance sigma^4 tr(A^2)/d for independent
/// and shared inputs and sigma^4 norm^2 tr(A)^2/d^3 for X W X^T, sigma^4 norm^2/d where A is the identity.
/// </summary>
public static class ScoreDeviation
{
    /// <summary>Of scores between different positions; null where the model has no closed form.</summary>
    public static double? OffDiagonal(InputSpec input)
    {
        if (input.Model == InputModels.File || Covariance.Of(input) is not { } a)
            return null;
        double d = input.D;
        var variance = input.Model == InputModels.Xwx ? Square(input.Options.Norm * a.Trace) / (d * d * d) : a.TraceOfSquare / d;
        return input.Sigma * input.Sigma * Math.Sqrt(variance);
    }

    /// <summary>
    /// What the metric tau_rms is expected to be: rows hold the diagonal too, whose score is q_i.q_i in the shared model, and correlated rows
    /// spread less within a finite row.
    /// </summary>
    public static double? TauRms(InputSpec input)
    {
        if (OffDiagonal(input) is not { } tau || (input.Model != InputModels.Independent && SelfVariance(input) is null))
            return null;
        var others = tau * tau;
        var self = input.Model == InputModels.Independent ? others : SelfVariance(input)!.Value;
        var shortest = input.Causal ? Math.Min(2, input.N) : input.N;
        var sum = 0.0;
        for (var m = shortest; m <= input.N; m++)
        {
            // E S^2 of m scores with mean 0: (m - 1) others and the diagonal, uncorrelated; correlated ones lose the variance of their mean.
            sum += input.Options.Rho == 0
                ? ((m - 1) * others + self) / m
                : others * (m - MeanCorrelation(m, input.Options.Rho)) / (m - 1);
        }

        return Math.Sqrt(sum / (input.N - shortest + 1));
    }

    /// <summary>E s_ii^2 of models that make Q and K of one X; null where it needs more than second moments or normal entries.</summary>
    private static double? SelfVariance(InputSpec input)
    {
        var options = input.Options;
        if (options.Rho != 0 || options.Nu != 0 || (options.LayerNorm && options.Outliers > 0) || Covariance.Of(input) is not { } a)
            return null;
        double d = input.D;
        // E |x|^4: d^2 where the row is normalised, else that of a normal vector.
        var fourth = options.LayerNorm ? d * d : a.Trace * a.Trace + 2 * a.TraceOfSquare;
        var factor = input.Model == InputModels.Xwx ? Square(options.Norm) / (d * d) : 1;
        return Square(input.Sigma * input.Sigma) * factor * fourth / d;
    }

    /// <summary>n Var(mean) / variance of n values with correlations rho^h.</summary>
    private static double MeanCorrelation(int n, double rho) =>
        1 + 2 * (rho / (1 - rho) - rho * (1 - Math.Pow(rho, n)) / (n * Square(1 - rho)));

    private static double Square(double x) => x * x;

    /// <summary>tr A and tr A^2 of the covariance of a row at sigma = 1.</summary>
    private readonly record struct Covariance(double Trace, double TraceOfSquare)
    {
        public static Covariance? Of(InputSpec input)
        {
            var options = input.Options;
            // Normalising a correlated row has no closed form; of exchangeable entries it leaves 1 and, off the diagonal, -1/(d - 1).
            if (options.LayerNorm && (options.Rho != 0 || options.RhoD != 0))
                return null;
            var d = input.D;
            double trace = 0, square = 0;
            for (var c = 0; c < d; c++)
            {
                trace += Square(Scale(c));
                for (var e = 0; e < d; e++)
                {
                    var correlation = c == e ? 1 : options.LayerNorm ? -1.0 / (d - 1) : Math.Pow(options.RhoD, Math.Abs(c - e));
                    square += Square(Scale(c) * Scale(e) * correlation);
                }
            }

            return new Covariance(trace, square);

            double Scale(int channel) => channel < options.Outliers ? options.OutlierScale : 1;
        }
    }
}
