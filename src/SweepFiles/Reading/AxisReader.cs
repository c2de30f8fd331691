using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads <c>axes</c> and the points of <c>include</c>.</summary>
internal sealed class AxisReader(MistakeList mistakes)
{
    private static readonly Dictionary<string, Axis> ByName = Enum.GetValues<Axis>().ToDictionary(AxisValues.Name);

    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>Every axis once, crossed or zipped; axes that are not mentioned and have a usual value get it.</summary>
    /// <param name="given">Axes that <c>input</c> gave already.</param>
    public List<AxisGroup> Axes(SweepNode node, IReadOnlyList<AxisGroup> given)
    {
        var groups = new List<AxisGroup>(given);
        var places = given.SelectMany(g => g.Axes).ToDictionary(a => a, _ => "in 'input'");
        if (Fields.Of(node, "a map such as { n: [256, 1024], d: 64, sigma: 1, seed: 1..4 }", [.. Names, "zip"], mistakes) is not { } fields)
            return groups;
        foreach (var axis in ByName.Values)
        {
            if (fields.Entry(AxisValues.Name(axis)) is { } entry && IsNew(axis, entry.Key, places))
                Add(groups, AxisGroup.Of(axis, AxisValues.Read(entry.Value, axis, mistakes)));
        }

        if (fields.Value("zip") is { } zip)
            Zips(zip, groups, places);
        foreach (var axis in new[] { Axis.N, Axis.D, Axis.Sigma }.Where(a => !places.ContainsKey(a)))
            mistakes.Add(fields.Place, $"no axis '{AxisValues.Name(axis)}'", "would have n, d and sigma");
        return WithDefaults(groups);
    }

    /// <summary>One entry of <c>include</c>: axes that it does not name take the values of <paramref name="grid"/>.</summary>
    /// <param name="given">What <c>input</c> gave, for files without axes.</param>
    public List<AxisGroup> Point(SweepNode node, IReadOnlyList<AxisGroup> grid, IReadOnlyList<AxisGroup> given)
    {
        var groups = new List<AxisGroup>();
        if (Fields.Of(node, "a map of axes such as { n: 4096, d: 64, sigma: 2 }", Names, mistakes) is not { } fields)
            return groups;
        var named = ByName.Where(a => fields.Entry(a.Key) is not null).Select(a => a.Value).ToHashSet();
        foreach (var axis in named)
            Add(groups, AxisGroup.Of(axis, AxisValues.Read(fields.Value(AxisValues.Name(axis))!, axis, mistakes)));
        foreach (var group in (grid.Count > 0 ? grid : given).Where(g => !g.Axes.All(named.Contains)))
        {
            var missing = group.Axes.Where(a => !named.Contains(a)).ToList();
            if (missing.Count == group.Axes.Count)
                groups.Add(group);
            else
                mistakes.Add(fields.Place, $"a point without '{AxisValues.Name(missing[0])}'", "would give every axis of a zip, or none of them");
        }

        if (grid.Count == 0)
        {
            foreach (var axis in new[] { Axis.N, Axis.D, Axis.Sigma }.Where(a => !named.Contains(a)))
                mistakes.Add(fields.Place, $"a point without '{AxisValues.Name(axis)}'", "would have n, d and sigma, as there are no axes to take them from");
        }

        return WithDefaults(groups);
    }

    /// <summary>Adds seed 1, one head, not causal, where nothing was said.</summary>
    private static List<AxisGroup> WithDefaults(List<AxisGroup> groups)
    {
        foreach (var (axis, value) in new[] { (Axis.Heads, 1), (Axis.Causal, 0), (Axis.Seed, 1) })
        {
            if (!groups.Exists(g => g.Axes.Contains(axis)))
                groups.Add(AxisGroup.Of(axis, [value]));
        }

        return groups;
    }

    private void Zips(SweepNode node, List<AxisGroup> groups, Dictionary<Axis, string> places)
    {
        foreach (var item in Scalars.Items(node, "a list such as [{ n: [256, 1024], d: [32, 64] }]", mistakes))
        {
            if (Fields.Of(item, "a map of axes that advance together, such as { n: [256, 1024], d: [32, 64] }", Names, mistakes) is not { } fields)
                continue;
            var zipped = new List<(Axis Axis, IReadOnlyList<double> Values)>();
            foreach (var axis in ByName.Values)
            {
                if (fields.Entry(AxisValues.Name(axis)) is { } entry && IsNew(axis, entry.Key, places))
                    zipped.Add((axis, Zipped(entry.Value, axis)));
            }

            if (zipped.Any(z => z.Values.Count == 0))
                continue;
            if (zipped.Select(z => z.Values.Count).Distinct().Count() > 1)
            {
                var lengths = string.Join(", ", zipped.Select(z => $"{AxisValues.Name(z.Axis)} has {z.Values.Count}"));
                mistakes.Add(fields.Place, $"zipped axes of different lengths ({lengths})", "would have as many values each");
            }
            else if (zipped.Count > 0)
            {
                groups.Add(new AxisGroup(
                    [.. zipped.Select(z => z.Axis)],
                    [.. Enumerable.Range(0, zipped[0].Values.Count).Select(row => zipped.Select(z => z.Values[row]).ToArray())]));
            }
        }
    }

    /// <summary>Unlike an axis of its own, a zipped one may well repeat a value.</summary>
    private IReadOnlyList<double> Zipped(SweepNode node, Axis axis)
    {
        if (node is not SequenceNode { Items.Count: > 0 } list)
            return AxisValues.Read(node, axis, mistakes);
        var parts = list.Items.Select(item => AxisValues.Read(item, axis, mistakes)).ToList();
        return parts.Exists(p => p.Count == 0) ? [] : [.. parts.SelectMany(p => p)];
    }

    private bool IsNew(Axis axis, ScalarNode key, Dictionary<Axis, string> places)
    {
        if (places.TryAdd(axis, $"in line {key.Place.Line}"))
            return true;
        mistakes.Add(key.Place, $"the axis '{key.Text}' a second time", $"it was given {places[axis]} already");
        return false;
    }

    private static void Add(List<AxisGroup> groups, AxisGroup group)
    {
        if (group.Rows.Count > 0)
            groups.Add(group);
    }
}
