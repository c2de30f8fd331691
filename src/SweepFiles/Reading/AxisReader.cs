using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads <c>axes</c> and the points of <c>include</c>.</summary>
internal sealed class AxisReader(MistakeList mistakes)
{
    public static IReadOnlyCollection<string> Names { get; } = [.. AxisNames.ByName.Keys];

    /// <summary>Every axis once, crossed or zipped.</summary>
    /// <param name="given">Axes that <c>input</c> gave already.</param>
    public List<AxisGroup> Axes(SweepNode node, IEnumerable<Axis> given)
    {
        var groups = new List<AxisGroup>();
        var places = given.Distinct().ToDictionary(a => a, _ => "in 'input'");
        if (Fields.Of(node, "a map such as { n: [256, 1024], d: 64, sigma: 1, seed: 1..4 }", [.. Names, "zip"], mistakes) is not { } fields)
            return groups;
        foreach (var axis in Enum.GetValues<Axis>())
        {
            if (fields.Entry(AxisNames.Of(axis)) is { } entry && IsNew(axis, entry.Key, places))
                Add(groups, AxisGroup.Of(axis, AxisValues.Read(entry.Value, axis, mistakes)));
        }

        if (fields.Value("zip") is { } zip)
            Zips(zip, groups, places);
        foreach (var axis in new[] { Axis.N, Axis.D, Axis.Sigma }.Where(a => !places.ContainsKey(a) && !fields.Has(AxisNames.Of(a))))
            mistakes.Add(fields.Place, $"no axis '{AxisNames.Of(axis)}'", "would have n, d and sigma");
        return groups;
    }

    /// <summary>One entry of <c>include</c>: axes that it does not name take the values of <paramref name="grid"/>.</summary>
    public List<AxisGroup> Point(SweepNode node, IReadOnlyList<AxisGroup> grid)
    {
        var groups = new List<AxisGroup>();
        if (Fields.Of(node, "a map of axes such as { n: 4096, d: 64, sigma: 2 }", Names, mistakes) is not { } fields)
            return groups;
        var named = AxisNames.ByName.Where(a => fields.Entry(a.Key) is not null).Select(a => a.Value).ToHashSet();
        foreach (var axis in named)
            Add(groups, AxisGroup.Of(axis, AxisValues.Read(fields.Value(AxisNames.Of(axis))!, axis, mistakes)));
        foreach (var group in grid.Where(g => !g.Axes.All(named.Contains)))
        {
            var missing = group.Axes.Where(a => !named.Contains(a)).ToList();
            if (missing.Count == group.Axes.Count)
                groups.Add(group);
            else
                mistakes.Add(fields.Place, $"a point without '{AxisNames.Of(missing[0])}'", "would give every axis of a zip, or none of them");
        }

        if (grid.Count == 0)
        {
            foreach (var axis in new[] { Axis.N, Axis.D, Axis.Sigma }.Where(a => !fields.Has(AxisNames.Of(a))))
                mistakes.Add(fields.Place, $"a point without '{AxisNames.Of(axis)}'", "would have n, d and sigma, as there are no axes to take them from");
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
            foreach (var axis in Enum.GetValues<Axis>())
            {
                if (fields.Entry(AxisNames.Of(axis)) is { } entry && IsNew(axis, entry.Key, places))
                    zipped.Add((axis, Zipped(entry.Value, axis)));
            }

            if (zipped.Any(z => z.Values.Count == 0))
                continue;
            if (zipped.Select(z => z.Values.Count).Distinct().Count() > 1)
            {
                var lengths = string.Join(", ", zipped.Select(z => $"{AxisNames.Of(z.Axis)} has {z.Values.Count}"));
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
