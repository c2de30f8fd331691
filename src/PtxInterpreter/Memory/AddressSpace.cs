namespace AttnSweep.PtxInterpreter.Memory;

/// <summary>Regions by address.</summary>
internal sealed class AddressSpace
{
    private readonly List<Region> _regions = [];
    private Region? _last;

    public IReadOnlyList<Region> Regions => _regions;

    public void Add(Region region)
    {
        var at = _regions.FindIndex(r => r.Start > region.Start);
        _regions.Insert(at < 0 ? _regions.Count : at, region);
    }

    public void Remove(Region region)
    {
        _regions.Remove(region);
        _last = null;
    }

    /// <summary>The region that holds all of these bytes, or null.</summary>
    public Region? Find(ulong address, int bytes)
    {
        if (_last is { } last && last.Holds(address, bytes))
            return last;
        foreach (var region in _regions)
        {
            if (region.Holds(address, bytes))
                return _last = region;
        }

        return null;
    }

    /// <summary>Words for an address that no region holds: the region below it, or that it is in none.</summary>
    public string Describe(ulong address, int bytes)
    {
        var below = _regions.LastOrDefault(r => r.Start <= address);
        return below is null
            ? $"{bytes} bytes at 0x{address:x}, below every variable and buffer"
            : $"{bytes} bytes at byte {address - below.Start} of {below.Name}, which has {below.Length}";
    }
}
