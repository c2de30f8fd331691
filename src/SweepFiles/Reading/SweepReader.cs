using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads the top level of a sweep file.</summary>
internal sealed class SweepReader(MistakeList mistakes)
{
    private static readonly string[] Keys =
        ["name", "description", "input", "axes", "kernels", "backends", "sparsity", "measure", "constraints", "include", "exclude"];

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
        ["preset"] = "would stand under 'measure'",
        ["trials"] = "would stand under 'measure'",
    };

    /// <summary>Where each formula stands, so that planning can point at it.</summary>
    public Dictionary<Expression, ScalarNode> Sources { get; } = [];

    /// <summary>Where a mistake of the whole sweep is reported.</summary>
    public Place Whole { get; private set; } = new(1, 1);

    public Sweep? Read(SweepNode root)
    {
        if (Fields.Of(root, "a map that begins with 'name: ...'", Keys, mistakes, Elsewhere) is not { } file)
            return null;
        var axisReader = new AxisReader(mistakes);
        var filters = new FilterReader(mistakes, Sources);
        Whole = (file.Entry("constraints") ?? file.Entry("exclude") ?? file.Entry("axes"))?.Key.Place ?? new Place(1, 1);

        var name = Name(file);
        if (file.Value("description") is { } description)
            Scalars.Text(description, "a text", mistakes);
        var (model, given) = Input(file);
        var grid = file.Value("axes") is { } axes ? axisReader.Axes(axes, given) : [];
        if (file.Entry("axes") is null && file.Entry("include") is null)
            mistakes.Add(file.Place, "no 'axes'", "would have axes: { n: [256, 1024], d: 64, sigma: 1, seed: 1..4 }");
        var included = file.Value("include") is { } include
            ? Scalars.Items(include, "a list of points such as [{ n: 4096, d: 64, sigma: 2 }]", mistakes)
                .Select(i => axisReader.Point(i, grid, given)).ToList()
            : [];
        var kernels = file.Required("kernels", "kernels: [flash, topk: { k: n/8 }]") is { } listed ? new KernelReader(mistakes, Sources).Read(listed) : [];
        var backends = Listed(file);
        var sparsity = MeasureReader.Sparsity(file.Value("sparsity"), mistakes);
        var measure = MeasureReader.Measure(file.Value("measure"), mistakes);
        var constraints = file.Value("constraints") is { } conditions ? filters.Constraints(conditions) : [];
        var exclusions = file.Value("exclude") is { } exclude ? filters.Exclusions(exclude) : [];
        return mistakes.None
            ? new Sweep(name!, model!, grid, included, constraints, exclusions, kernels, backends, measure, sparsity)
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

    private (string? Model, List<AxisGroup> Given) Input(Fields file)
    {
        var given = new List<AxisGroup>();
        if (file.Required("input", "input: { model: independent }") is not { } node
            || Fields.Of(node, "a map such as { model: independent }", ["model", "causal", "heads"], mistakes) is not { } input)
            return (null, given);
        foreach (var axis in new[] { Axis.Heads, Axis.Causal })
        {
            if (input.Value(AxisValues.Name(axis)) is { } values)
                given.Add(AxisGroup.Of(axis, AxisValues.Read(values, axis, mistakes)));
        }

        if (input.Required("model", "model: independent") is not { } model || Scalars.Text(model, "an input model such as independent", mistakes) is not { } name)
            return (null, given);
        if (InputModels.All.Contains(name))
            return (name, given);
        mistakes.Add(model.Place, $"the unknown input model '{name}'", NearestName.Suggest(name, [.. InputModels.All]));
        return (null, given);
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
