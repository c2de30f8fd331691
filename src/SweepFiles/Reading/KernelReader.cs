using AttnSweep.Catalogue;
using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads <c>kernels</c>: names, or names with parameters; parameters that are lists are crossed.</summary>
/// <param name="sources">Gets the place of every formula, so that planning can point at it.</param>
internal sealed class KernelReader(MistakeList mistakes, Dictionary<Expression, ScalarNode> sources)
{
    private static string[] Names => [.. KernelCatalogue.All.Select(k => k.Name)];

    public List<KernelRequest> Read(SweepNode node)
    {
        var requests = new List<KernelRequest>();
        foreach (var item in Scalars.Items(node, "a list such as [flash, topk: { k: n/8 }]", mistakes))
        {
            foreach (var request in Entry(item))
            {
                if (requests.Exists(r => r.Variant == request.Variant))
                    mistakes.Add(item.Place, $"{request.Variant} a second time", "each kernel with its parameters is listed once");
                else
                    requests.Add(request);
            }
        }

        return requests;
    }

    private KernelRequest[] Entry(SweepNode item)
    {
        switch (item)
        {
            case BrokenNode:
                return [];
            case ScalarNode { IsNothing: false } name:
                return Definition(name) is { } plain ? Variants(plain, name, null) : [];
            case MappingNode { Entries: [var entry] }:
                return Definition(entry.Key) is { } definition ? Variants(definition, entry.Key, entry.Value) : [];
            case MappingNode { Entries: [_, var second, ..] }:
                mistakes.Add(second.Key.Place, $"'{second.Key.Text}' in the entry of another kernel", "would be an entry of its own, beginning with '- ', or a parameter, indented further");
                return [];
            default:
                mistakes.Add(item.Place, item.Described, "would be a kernel such as flash or topk: { k: n/8 }");
                return [];
        }
    }

    private KernelDefinition? Definition(ScalarNode name)
    {
        if (KernelCatalogue.Find(name.Text) is { } definition)
            return definition;
        mistakes.Add(name.Place, $"the unknown kernel '{name.Text}'", NearestName.Suggest(name.Text, Names));
        return null;
    }

    private KernelRequest[] Variants(KernelDefinition definition, ScalarNode name, SweepNode? parameters)
    {
        var known = definition.Parameters.Select(p => p.Name).ToArray();
        if (parameters is null or ScalarNode { IsNothing: true })
            return known.Length == 0 ? [new KernelRequest(definition, definition.Name, [])] : Missing(definition, name, known);
        if (known.Length == 0)
        {
            if (parameters is not MappingNode { Entries.Count: 0 })
                mistakes.Add(parameters.Place, $"parameters of '{definition.Name}'", "it takes none");
            return [];
        }

        if (Fields.Of(parameters, $"a map such as {{ {known[0]}: n/8 }}", known, mistakes) is not { } fields)
            return [];
        var given = definition.Parameters.Where(p => fields.Value(p.Name) is not null).ToArray();
        if (definition.TakesOneParameter && given.Length > 1)
        {
            mistakes.Add(name.Place, $"'{definition.Name}' with '{string.Join("' and '", given.Select(p => p.Name))}'", "would be one of them: two entries measure both");
            return [];
        }

        var missing = definition.TakesOneParameter && given.Length == 1 ? [] : known.Where(p => fields.Value(p) is null).ToArray();
        if (missing.Length > 0 && fields.HasUnknown)
            return [];
        if (missing.Length > 0)
            return Missing(definition, name, missing);
        var combinations = new List<IReadOnlyList<RequestedParameter>> { Array.Empty<RequestedParameter>() };
        foreach (var parameter in given)
        {
            var formulas = Formulas(fields.Value(parameter.Name)!, parameter);
            combinations = [.. combinations.SelectMany(c => formulas.Select(f => (IReadOnlyList<RequestedParameter>)[.. c, new RequestedParameter(parameter, f)]))];
        }

        return [.. combinations.Select(c => new KernelRequest(definition, Label(definition, c), c))];
    }

    private List<Expression> Formulas(SweepNode node, ParameterDefinition parameter)
    {
        var right = $"a formula or a list of them: {parameter.Name} is {parameter.Meaning}";
        var items = node is SequenceNode ? Scalars.Items(node, right, mistakes) : [node];
        var formulas = new List<Expression>();
        foreach (var item in items)
        {
            if (item is ScalarNode { IsNothing: false } scalar)
            {
                if (Expression.ReadNumber(scalar.Text, axes: true, out var mistake) is { } formula)
                {
                    sources[formula] = scalar;
                    formulas.Add(formula);
                }
                else
                {
                    mistakes.Add(scalar, mistake!);
                }
            }
            else if (item is not BrokenNode)
            {
                mistakes.Add(item.Place, item.Described, $"would be {right}");
            }
        }

        return formulas;
    }

    private KernelRequest[] Missing(KernelDefinition definition, ScalarNode name, string[] missing)
    {
        var meaning = definition.Parameters.First(p => p.Name == missing[0]).Meaning;
        if (definition.TakesOneParameter)
        {
            mistakes.Add(name.Place, $"'{definition.Name}' without '{string.Join("' or '", missing)}'", $"would be {string.Join(" or ", definition.Parameters.Select(p => $"{definition.Name}: {{ {p.Name}: ... }}"))} ({missing[0]}: {meaning})");
            return [];
        }

        mistakes.Add(name.Place, $"'{definition.Name}' without '{string.Join("' and '", missing)}'", $"would be {definition.Name}: {{ {string.Join(", ", definition.Parameters.Select(p => $"{p.Name}: ..."))} }} ({missing[0]}: {meaning})");
        return [];
    }

    /// <summary>The file's own words without their spaces, in the definition's order: the same sweep gives the same label.</summary>
    private static string Label(KernelDefinition definition, IReadOnlyList<RequestedParameter> parameters) =>
        $"{definition.Name}({string.Join(",", parameters.Select(p => $"{p.Definition.Name}={Tight(p.Formula.Text)}"))})";

    private static string Tight(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
