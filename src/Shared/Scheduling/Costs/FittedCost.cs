namespace AttnSweep.Scheduling.Costs;

/// <summary>
/// ln t = intercept + slope ln(prior) + ofN ln(n / 1024) + ofD ln(d / 64), where the prior is the time of a launch by its FLOP count. A power
/// law of n and d beside the FLOPs takes in caches and bandwidth, which FLOPs know nothing of.
/// </summary>
/// <param name="Device">Empty: all devices of the backend together.</param>
/// <param name="Error">Root mean square of ln(measured / predicted), each cell predicted from the others: 0.1 is about 10 %.</param>
/// <param name="Observations">Cells that it was fitted to.</param>
public sealed record FittedCost(
    string Kernel, string Backend, string Device, double Intercept, double Slope, double OfN, double OfD, double Error, int Observations)
{
    internal const double TypicalN = 1024;
    internal const double TypicalD = 64;

    /// <param name="priorSeconds">One launch by its FLOP count.</param>
    /// <returns>One launch, in seconds.</returns>
    public double Seconds(double priorSeconds, int n, int d) =>
        Math.Exp(Intercept + (Slope * Math.Log(priorSeconds)) + (OfN * Math.Log(n / TypicalN)) + (OfD * Math.Log(d / TypicalD)));
}
