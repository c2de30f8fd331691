using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads the top level of a sweep file.</summary>
internal sealed class SweepReader(MistakeList mistakes)
{
    private static readonly string[] Keys =
        ["name", "description", "input", "axes", "kernels", "backends", "sparsity", "measure", "constraints", "include", "exclude", "requires"];

    /// <summary>What people know from other tools.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["replicates"] = "would be more values of the axis 'seed', or 'trials' under 'measure'",
        ["repeats"] = "would be more values of the axis 'seed', or 'trials' under 'measure'",
        ["seed"] = "would stand under 'axes'",
        ["seeds"] = "would be 'seed' under 'axes'",
        ["zip"] = "would stand under 'axes'",
        ["model"] = "would stand under 'input'",
        ["causal"] = "would stand under 'input'",
        ["heads"] = "would stand under 'input'",
        ["dtype"] = "would stand under 'input'",
        ["preset"] = "would stand under 'measure'",
        ["trials"] = "would stand under 'measure'",
        ["labels"] = "would be 'requires'",
    };

    /// <summary>Where each formula stands, so that planning can point at it.</summary>
    public Dictionary<Expression, ScalarNode> Sources { get; } = [];

    private Place _input = new(1, 1);
    private Place _axes = new(1, 1);
    private Place _filters = new(1, 1);

    /// <summary>Where a problem that lies in no single formula is reported.</summary>
    public Place PlaceOf(PlanSubject subject) => subject switch
    {
        PlanSubject.Input => _input,
        PlanSubject.Axes => _axes,
        _ => _filters,
    };

    public Sweep? Read(SweepNode root)
    {
        if (Fields.Of(root, "a map that begins with 'name: ...'", Keys, mistakes, Elsewhere) is not { } file)
            return null;
        var axisReader = new AxisReader(mistakes);
        var filters = new FilterReader(mistakes, Sources);
        _axes = (file.Entry("axes") ?? file.Entry("include"))?.Key.Place ?? file.Place;
        _filters = (file.Entry("constraints") ?? file.Entry("exclude"))?.Key.Place ?? _axes;

        var name = Name(file);
        if (file.Value("description") is { } description)
            Scalars.Text(description, "a text", mistakes);
        _input = file.Entry("input")?.Key.Place ?? file.Place;
        var inputs = file.Required("input", "input: { model: independent }") is { } input ? new InputReader(mistakes).Read(input) : [];
        var grid = file.Value("axes") is { } axes ? axisReader.Axes(axes, inputs.SelectMany(i => i.Axes).SelectMany(g => g.Axes)) : [];
        if (!file.Has("axes") && !file.Has("include"))
            mistakes.Add(file.Place, "no 'axes'", "would have axes: { n: [256, 1024], d: 64, sigma: 1, seed: 1..4 }");
        var included = file.Value("include") is { } include
            ? Scalars.Items(include, "a list of points such as [{ n: 4096, d: 64, sigma: 2 }]", mistakes)
                .Select(i => axisReader.Point(i, grid)).ToList()
            : [];
        var kernels = file.Required("kernels", "kernels: [flash, topk: { k: n/8 }]") is { } listed ? new KernelReader(mistakes, Sources).Read(listed) : [];
        var backends = Listed(file);
        var sparsity = MeasureReader.Sparsity(file.Value("sparsity"), mistakes);
        var measure = MeasureReader.Measure(file.Value("measure"), mistakes);
        var constraints = file.Value("constraints") is { } conditions ? filters.Constraints(conditions) : [];
        var exclusions = file.Value("exclude") is { } exclude ? filters.Exclusions(exclude) : [];
        var requires = file.Value("requires") is { } needed ? Labels(needed) : [];
        return mistakes.None
            ? new Sweep(name!, inputs, grid, included, constraints, exclusions, kernels, backends, measure, sparsity) { Requires = requires }
            : null;
    }

    private string? Name(Fields file)
    {
        if (file.Required("name", "name: followed by a word") is not { } node)
            return null;
        const string right = "a name of at most 100 characters, in one line";
        if (Scalars.Text(node, right, mistakes) is not { } name)
            return null;
        if (name.Length <= 100 && !name.Any(char.IsControl))
            return name;
        mistakes.Add(node.Place, name.Length > 100 ? $"a name of {name.Length} characters" : "a name with line breaks", $"would be {right}");
        return null;
    }

    private List<string> Labels(SweepNode node)
    {
        const string right = "a list of labels such as [fast-disk], of letters, digits, '-', '_' and '.'";
        var labels = new List<string>();
        foreach (var item in Scalars.Items(node, right, mistakes))
        {
            if (Scalars.Text(item, right, mistakes) is not { } label)
                continue;
            if (!WorkerLabels.IsLabel(label))
                mistakes.Add(item.Place, $"the label '{label}'", $"would be {right}");
            else if (labels.Contains(label))
                mistakes.Add(item.Place, $"'{label}' a second time", "each label is listed once");
            else
                labels.Add(label);
        }

        return labels;
    }

    private List<string> Listed(Fields file)
    {
        var backends = new List<string>();
        if (file.Required("backends", $"backends: [{Backends.CpuSimd}]") is not { } node)
            return backends;
        foreach (var item in Scalars.Items(node, $"a list such as [{Backends.CpuSimd}]", mistakes))
        {
            if (Scalars.Text(item, $"a backend such as {Backends.CpuSimd}", mistakes) is not { } backend)
                continue;
            if (!Backends.All.Contains(backend))
                mistakes.Add(item.Place, $"the unknown backend '{backend}'", NearestName.Suggest(backend, [.. Backends.All]));
            else if (backends.Contains(backend))
                mistakes.Add(item.Place, $"'{backend}' a second time", "each backend is listed once");
            else
                backends.Add(backend);
        }

        return backends;
    }
}
