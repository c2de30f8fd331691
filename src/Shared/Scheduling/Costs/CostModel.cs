namespace AttnSweep.Scheduling.Costs;

/// <summary>
/// What a launch costs, by kernel and device class. Where a device was never measured, what its backend's devices took together counts; where
/// that is missing too, the FLOP count alone. Pure.
/// </summary>
public sealed class CostModel
{
    /// <summary>Nothing measured: everything by FLOP counts.</summary>
    public static CostModel Empty { get; } = new([]);

    /// <summary>With fewer measured cells than this a device class has no line of its own.</summary>
    public const int LeastObservations = 3;

    private readonly Dictionary<(string Kernel, string Backend, string Device), FittedCost> _fits;

    public CostModel(IEnumerable<FittedCost> fits) => _fits = fits.ToDictionary(fit => (fit.Kernel, fit.Backend, fit.Device));

    public IReadOnlyCollection<FittedCost> Fits => _fits.Values;

    /// <summary>One line for each kernel and backend, and one for each device class with enough measured cells.</summary>
    public static CostModel Of(IEnumerable<CostObservation> observations)
    {
        var fits = new List<FittedCost>();
        foreach (var group in observations.Where(o => o.Seconds > 0 && o.PriorSeconds > 0).GroupBy(o => (o.Kernel, o.Backend)))
        {
            var all = group.ToList();
            fits.Add(CostFit.Of(group.Key.Kernel, group.Key.Backend, "", all));
            fits.AddRange(all.Where(o => o.Device.Length > 0).GroupBy(o => o.Device).Where(d => d.Count() >= LeastObservations)
                .Select(d => CostFit.Of(group.Key.Kernel, group.Key.Backend, d.Key, [.. d])));
        }

        return new CostModel(fits);
    }

    /// <param name="device">The device in words; empty where it is not known yet.</param>
    public FittedCost? Find(string kernel, string backend, string device = "") =>
        _fits.GetValueOrDefault((kernel, backend, device)) ?? _fits.GetValueOrDefault((kernel, backend, ""));

    /// <summary>One launch, in seconds.</summary>
    public double Seconds(string kernel, string backend, int n, int d, double priorSeconds, string device = "") =>
        Find(kernel, backend, device)?.Seconds(priorSeconds, n, d) ?? priorSeconds;
}
