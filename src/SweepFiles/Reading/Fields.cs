using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>A map of the file whose keys are known: looks values up and says what does not fit.</summary>
internal sealed class Fields
{
    private readonly Dictionary<string, MappingEntry> _entries = [];
    private readonly MistakeList _mistakes;

    private Fields(Place place, MistakeList mistakes) => (Place, _mistakes) = (place, mistakes);

    public Place Place { get; }

    /// <summary>The fields of a map, with unknown keys reported; null when it is no map, which is reported too.</summary>
    /// <param name="right">What a map would look like, for the message.</param>
    /// <param name="refused">Keys that people expect, with what to write in their place.</param>
    public static Fields? Of(
        SweepNode node, string right, IReadOnlyCollection<string> known, MistakeList mistakes, IReadOnlyDictionary<string, string>? refused = null)
    {
        if (node is BrokenNode)
            return null;
        if (node is not MappingNode map)
        {
            mistakes.Add(node.Place, node.Described, $"would be {right}");
            return null;
        }

        var fields = new Fields(map.Place, mistakes);
        foreach (var entry in map.Entries)
        {
            if (known.Contains(entry.Key.Text))
                fields._entries.Add(entry.Key.Text, entry);
            else
                mistakes.Add(entry.Key.Place, $"the unknown key '{entry.Key.Text}'", refused?.GetValueOrDefault(entry.Key.Text) ?? NearestName.Suggest(entry.Key.Text, known));
        }

        return fields;
    }

    public MappingEntry? Entry(string key) => _entries.GetValueOrDefault(key);

    public SweepNode? Value(string key) => Entry(key)?.Value;

    /// <summary>A value that must be there; its absence is reported at the map's start.</summary>
    public SweepNode? Required(string key, string example)
    {
        if (Value(key) is { } value)
            return value;
        _mistakes.Add(Place, $"no '{key}'", $"would have {example}");
        return null;
    }

    public string? Text(string key, string right) => Value(key) is { } node ? Scalars.Text(node, right, _mistakes) : null;

    public int? Whole(string key, int least, int most) =>
        Value(key) is { } node ? (int?)Scalars.Number(node, $"a whole number from {least} to {most}", v => v >= least && v <= most && v == Math.Floor(v), _mistakes) : null;

    public double? Number(string key, string right, Func<double, bool> fits) =>
        Value(key) is { } node ? Scalars.Number(node, right, fits, _mistakes) : null;
}

/// <summary>Single values of the file.</summary>
internal static class Scalars
{
    public static string? Text(SweepNode node, string right, MistakeList mistakes)
    {
        if (node is ScalarNode { IsNothing: false } scalar && scalar.Text.Trim().Length > 0)
            return scalar.Text;
        if (node is not BrokenNode)
            mistakes.Add(node.Place, node is ScalarNode { IsNothing: false } ? "an empty text" : node.Described, $"would be {right}");
        return null;
    }

    /// <summary>A number, or a formula without axes such as <c>2^10</c>.</summary>
    public static double? Number(SweepNode node, string right, Func<double, bool> fits, MistakeList mistakes)
    {
        if (node is BrokenNode)
            return null;
        if (node is not ScalarNode { IsNothing: false } scalar)
        {
            mistakes.Add(node.Place, node.Described, $"would be {right}");
            return null;
        }

        var expression = Expression.ReadNumber(scalar.Text, axes: false, out var mistake);
        var value = expression?.Value(AxisPoint.None, out mistake);
        if (mistake is not null)
            mistakes.Add(scalar.At(mistake.Offset), mistake.Found, $"would be {right}");
        else if (!fits(value!.Value))
            mistakes.Add(scalar.Place, scalar.Text, $"would be {right}");
        else
            return value;
        return null;
    }

    public static bool? Flag(SweepNode node, MistakeList mistakes)
    {
        if (node is ScalarNode { Text: "true" or "false" } scalar)
            return scalar.Text == "true";
        if (node is not BrokenNode)
            mistakes.Add(node.Place, node.Described, "would be true or false");
        return null;
    }

    /// <summary>The items of a list that has some; anything else is reported.</summary>
    public static IReadOnlyList<SweepNode> Items(SweepNode node, string right, MistakeList mistakes)
    {
        if (node is SequenceNode { Items.Count: > 0 } list)
            return list.Items;
        if (node is not BrokenNode)
            mistakes.Add(node.Place, node is SequenceNode ? "an empty list" : node.Described, $"would be {right}");
        return [];
    }
}
