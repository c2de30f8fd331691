using AttnSweep.Catalogue;
using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads <c>constraints</c> and <c>exclude</c>.</summary>
internal sealed class FilterReader(MistakeList mistakes, Dictionary<Expression, ScalarNode> sources)
{
    private static readonly string[] Keys = ["kernel", "backend", "where", .. AxisReader.Names];

    public List<Expression> Constraints(SweepNode node) =>
        [.. Scalars.Items(node, "a list of conditions such as [n * d <= 65536]", mistakes).Select(i => Condition(i, "a condition such as n * d <= 65536")).OfType<Expression>()];

    public List<Exclusion> Exclusions(SweepNode node) =>
        [.. Scalars.Items(node, "a list such as [n > 4096, { kernel: naive, n: 4096 }]", mistakes).Select(Exclusion).OfType<Exclusion>()];

    private Exclusion? Exclusion(SweepNode node)
    {
        var none = new Dictionary<Axis, IReadOnlySet<double>>();
        if (node is ScalarNode)
            return Condition(node, "a condition such as n > 4096, or a map") is { } where ? new Exclusion(none, null, null, where) : null;
        if (Fields.Of(node, "a condition such as n > 4096, or a map such as { kernel: naive, n: 4096 }", Keys, mistakes) is not { } fields)
            return null;
        if (node is MappingNode { Entries.Count: 0 })
        {
            mistakes.Add(node.Place, "an empty map", "would name what to exclude: it would exclude everything");
            return null;
        }

        foreach (var axis in Enum.GetValues<Axis>())
        {
            if (fields.Value(AxisNames.Of(axis)) is { } values)
                none[axis] = AxisValues.Read(values, axis, mistakes).ToHashSet();
        }

        var condition = fields.Value("where") is { } text ? Condition(text, "a condition such as n > 4096") : null;
        return new Exclusion(
            none,
            Known(fields, "kernel", [.. KernelCatalogue.All.Select(k => k.Name)]),
            Known(fields, "backend", Backends.All),
            condition);
    }

    private string? Known(Fields fields, string what, IReadOnlyList<string> names)
    {
        if (fields.Value(what) is not { } node || Scalars.Text(node, $"a {what} such as {names[0]}", mistakes) is not { } name)
            return null;
        if (names.Contains(name))
            return name;
        mistakes.Add(node.Place, $"the unknown {what} '{name}'", NearestName.Suggest(name, names));
        return null;
    }

    private Expression? Condition(SweepNode node, string right)
    {
        if (node is BrokenNode)
            return null;
        if (node is not ScalarNode { IsNothing: false } scalar)
        {
            mistakes.Add(node.Place, node.Described, $"would be {right}");
            return null;
        }

        if (Expression.ReadCondition(scalar.Text, out var mistake) is not { } condition)
        {
            mistakes.Add(scalar, mistake!);
            return null;
        }

        sources[condition] = scalar;
        return condition;
    }
}
