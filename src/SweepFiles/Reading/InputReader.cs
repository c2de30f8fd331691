using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads <c>input</c>: one input model with its options, or a list of several.</summary>
internal sealed class InputReader(MistakeList mistakes)
{
    private const string Right = "a map such as { model: independent }, or a list of them";

    private static readonly Axis[] Axes = [Axis.Heads, Axis.Causal, .. InputModels.Options];

    private static readonly string[] Keys = ["model", "causal", "heads", .. InputModels.Options.Select(AxisNames.Of), "file"];

    /// <summary>Where people look for what stands elsewhere.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["sigma"] = "would stand under 'axes'",
        ["seed"] = "would stand under 'axes'",
        ["n"] = "would stand under 'axes'",
        ["d"] = "would stand under 'axes'",
        ["path"] = "would stand under 'file'",
        ["sha256"] = "would stand under 'file'",
    };

    public List<InputRequest> Read(SweepNode node)
    {
        var requests = new List<InputRequest>();
        foreach (var item in node is SequenceNode ? Scalars.Items(node, Right, mistakes) : [node])
        {
            if (Entry(item) is { } request)
                requests.Add(request);
        }

        return requests;
    }

    private InputRequest? Entry(SweepNode node)
    {
        if (Fields.Of(node, Right, Keys, mistakes, Elsewhere) is not { } fields)
            return null;
        var groups = new List<AxisGroup>();
        foreach (var axis in Axes)
        {
            if (fields.Value(AxisNames.Of(axis)) is { } values && AxisValues.Read(values, axis, mistakes) is { Count: > 0 } read)
                groups.Add(AxisGroup.Of(axis, read));
        }

        var model = Model(fields);
        // Which options a model takes can only be said of a known one; what 'axes' gives it, the planner checks.
        if (model is not null)
            Fitting(model, fields);
        var file = fields.Entry("file") is { } entry ? File(entry.Value) : null;
        if (fields.Entry("outliers") is { } outliers && fields.Value("outlier_scale") is null && !fields.HasUnknown)
            mistakes.Add(outliers.Key.Place, "'outliers' without 'outlier_scale'", "would have outlier_scale: what their entries are multiplied by, e.g. 10");
        return model is null ? null : new InputRequest(model, file, groups);
    }

    private string? Model(Fields fields)
    {
        if (fields.Required("model", "model: independent") is not { } node || Scalars.Text(node, "an input model such as independent", mistakes) is not { } name)
            return null;
        if (InputModels.All.Contains(name))
            return name;
        mistakes.Add(node.Place, $"the unknown input model '{name}'", NearestName.Suggest(name, [.. InputModels.All]));
        return null;
    }

    private void Fitting(string model, Fields fields)
    {
        var takes = InputModels.OptionsOf(model);
        foreach (var option in InputModels.Options.Where(o => !takes.Contains(o)))
        {
            if (fields.Entry(AxisNames.Of(option)) is { } entry)
                mistakes.Add(entry.Key.Place, $"'{entry.Key.Text}' with the model '{model}'", $"would be left out: {model} takes {string.Join(", ", takes.Select(AxisNames.Of))}");
        }

        if (model != InputModels.File && fields.Entry("file") is { } file)
            mistakes.Add(file.Key.Place, $"'file' with the model '{model}'", "would be left out, or the model would be 'file'");
        if (model == InputModels.File && !fields.Has("file"))
            mistakes.Add(fields.Place, "the model 'file' without 'file'", "would have file: { path: ..., sha256: ... }");
    }

    private InputFile? File(SweepNode node)
    {
        const string right = "a map such as { path: inputs/layer12.safetensors, sha256: 64 hexadecimal digits }";
        if (Fields.Of(node, right, ["path", "sha256"], mistakes) is not { } fields)
            return null;
        var path = fields.Required("path", "path: where a worker finds the file") is { } text ? Scalars.Text(text, "a path", mistakes) : null;
        var digest = fields.Required("sha256", "sha256: the file's digest, as sha256sum prints it") is { } hex ? Scalars.Text(hex, "64 hexadecimal digits", mistakes) : null;
        if (digest is null || path is null)
            return null;
        if (InputRules.IsSha256(digest.ToLowerInvariant()))
            return new InputFile(path, digest.ToLowerInvariant());
        mistakes.Add(fields.Value("sha256")!.Place, $"'{digest}'", "would be 64 hexadecimal digits, as sha256sum prints them");
        return null;
    }
}
