namespace AttnSweep.Scheduling.Costs;

/// <summary>One measured cell, as the cost model sees it.</summary>
/// <param name="Device">The device in words: all of that name are alike.</param>
/// <param name="PriorSeconds">What its FLOP count made us expect of one launch, in seconds.</param>
/// <param name="Seconds">What one launch took, in seconds.</param>
public sealed record CostObservation(string Kernel, string Backend, string Device, int N, int D, double PriorSeconds, double Seconds);
