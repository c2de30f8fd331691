using MathNet.Numerics.LinearAlgebra;

namespace AttnSweep.Scheduling.Costs;

/// <summary>
/// Least squares in logarithms, drawn towards the prior: slope 1 and no dependence beside the FLOPs, with the standard deviations below. A few
/// measured cells move the level at once and the exponents hardly; many move all. Weights are Huber's, so that one cell of a disturbed
/// machine does not bend the line. Pure.
/// </summary>
public static class CostFit
{
    /// <summary>The rate of a device is known to a factor of ten or so.</summary>
    private const double LevelDeviation = 2.3;

    private const double ExponentDeviation = 0.25;

    /// <summary>Of ln t around the line, before anything says otherwise.</summary>
    private const double Noise = 0.15;

    private const int Rounds = 4;

    /// <param name="observations">Of one kernel on one backend.</param>
    /// <param name="device">The device in words; empty for all together.</param>
    /// <exception cref="ArgumentException">There is nothing to fit to.</exception>
    public static FittedCost Of(string kernel, string backend, string device, IReadOnlyList<CostObservation> observations)
    {
        if (observations.Count == 0)
        {
            throw new ArgumentException($"no measured cell of {kernel} on {backend}", nameof(observations));
        }

        var x = Matrix<double>.Build.Dense(observations.Count, 4, (row, column) => Feature(observations[row], column));
        var y = Vector<double>.Build.Dense(observations.Count, row => Math.Log(observations[row].Seconds) - Math.Log(observations[row].PriorSeconds));
        var precision = Matrix<double>.Build.DenseOfDiagonalArray(
            [Inverse(LevelDeviation), Inverse(ExponentDeviation), Inverse(ExponentDeviation), Inverse(ExponentDeviation)]);
        var weights = Vector<double>.Build.Dense(observations.Count, 1);
        var correction = Vector<double>.Build.Dense(4);
        var covariance = precision.Inverse();
        for (var round = 0; round < Rounds; round++)
        {
            var weighted = x.MapIndexed((row, _, value) => value * weights[row] / (Noise * Noise));
            covariance = (weighted.TransposeThisAndMultiply(x) + precision).Inverse();
            correction = covariance * weighted.TransposeThisAndMultiply(y);
            weights = Vector<double>.Build.Dense(observations.Count, row => Huber(y[row] - (x.Row(row) * correction)));
        }

        return new FittedCost(
            kernel, backend, device, correction[0], 1 + correction[1], correction[2], correction[3],
            Error(x, y, correction, covariance, weights), observations.Count);
    }

    private static double Feature(CostObservation cell, int column) => column switch
    {
        0 => 1,
        1 => Math.Log(cell.PriorSeconds),
        2 => Math.Log(cell.N / FittedCost.TypicalN),
        _ => Math.Log(cell.D / FittedCost.TypicalD),
    };

    private static double Inverse(double deviation) => 1 / (deviation * deviation);

    private static double Huber(double residual) => Math.Min(1, 2 * Noise / Math.Max(Math.Abs(residual), 1e-12));

    /// <summary>Each cell predicted from the others, by its leverage.</summary>
    private static double Error(Matrix<double> x, Vector<double> y, Vector<double> correction, Matrix<double> covariance, Vector<double> weights)
    {
        var sum = 0.0;
        for (var row = 0; row < x.RowCount; row++)
        {
            var features = x.Row(row);
            var leverage = weights[row] * (features * (covariance * features)) / (Noise * Noise);
            var residual = (y[row] - (features * correction)) / Math.Max(1 - leverage, 0.05);
            sum += residual * residual;
        }

        return Math.Sqrt(sum / x.RowCount);
    }
}
