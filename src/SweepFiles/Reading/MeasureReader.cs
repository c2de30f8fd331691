using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Reads <c>measure</c> and <c>sparsity</c>.</summary>
internal static class MeasureReader
{
    /// <summary>The keys of <c>measure</c>: the preset and every number of <see cref="MeasureRules"/>.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "preset", "trials", "min_samples", "max_samples", "min_seconds", "max_seconds", "relative_half_width", "confidence",
        "warm_up_launches", "warm_up_seconds", "device_warm_up_seconds", "verify_rows", "regime", "cache", "fresh_process_trials",
    ];

    public static MeasureRules Measure(SweepNode? node, MistakeList mistakes)
    {
        if (node is null || Fields.Of(node, "a map such as { preset: quick }", Keys, mistakes) is not { } fields)
            return MeasureRules.Standard;
        var preset = Preset(fields, mistakes);
        var rules = preset with
        {
            Trials = fields.Whole("trials", 1, 1000) ?? preset.Trials,
            MinSamples = fields.Whole("min_samples", 1, 1_000_000) ?? preset.MinSamples,
            MaxSamples = fields.Whole("max_samples", 1, 1_000_000) ?? preset.MaxSamples,
            MinSeconds = Seconds(fields, "min_seconds") ?? preset.MinSeconds,
            MaxSeconds = Seconds(fields, "max_seconds") ?? preset.MaxSeconds,
            RelativeHalfWidth = fields.Number("relative_half_width", "greater than 0 and below 1, e.g. 0.01", v => v is > 0 and < 1) ?? preset.RelativeHalfWidth,
            Confidence = fields.Number("confidence", "from 0.5 to below 1, e.g. 0.99", v => v is >= 0.5 and < 1) ?? preset.Confidence,
            WarmUpLaunches = fields.Whole("warm_up_launches", 0, 1_000_000) ?? preset.WarmUpLaunches,
            WarmUpSeconds = fields.Number("warm_up_seconds", "a number of seconds from 0 to 3600", v => v is >= 0 and <= 3600) ?? preset.WarmUpSeconds,
            VerifyRows = fields.Whole("verify_rows", 1, 1 << 24) ?? preset.VerifyRows,
            DeviceWarmUpSeconds = fields.Number("device_warm_up_seconds", "a number of seconds from 0 to 3600", v => v is >= 0 and <= 3600) ?? preset.DeviceWarmUpSeconds,
            Regime = OneOf(fields, "regime", Regimes.All, mistakes) ?? preset.Regime,
            Cache = OneOf(fields, "cache", CacheModes.All, mistakes) ?? preset.Cache,
            FreshProcessTrials = fields.Whole("fresh_process_trials", 0, 1000) ?? preset.FreshProcessTrials,
        };
        Ordered(fields, "samples", rules.MinSamples, rules.MaxSamples, mistakes);
        if (fields.Entry("fresh_process_trials") is not { } fresh)
            rules = rules with { FreshProcessTrials = Math.Min(preset.FreshProcessTrials, rules.Trials - 1) };
        else if (rules.FreshProcessTrials > rules.Trials)
            mistakes.Add(fresh.Value.Place, $"fresh_process_trials = {rules.FreshProcessTrials} with trials = {rules.Trials}", "would be at most trials");

        Ordered(fields, "seconds", rules.MinSeconds, rules.MaxSeconds, mistakes);
        return rules;
    }

    /// <summary>Rules, or null where no sparsity is asked for.</summary>
    public static SparsityRules? Sparsity(SweepNode? node, MistakeList mistakes)
    {
        if (node is null or ScalarNode { Text: "false" } || Fields.Of(node, "{ rows: 256 } or false", ["rows"], mistakes) is not { } fields)
            return null;
        if (fields.Required("rows", "{ rows: 256 }") is null)
            return null;
        return fields.Whole("rows", 1, 1 << 24) is { } rows ? new SparsityRules(rows) : null;
    }

    private static MeasureRules Preset(Fields fields, MistakeList mistakes)
    {
        if (fields.Value("preset") is not { } node || Scalars.Text(node, "quick, standard or careful", mistakes) is not { } name)
            return MeasureRules.Standard;
        if (MeasureRules.Presets.TryGetValue(name, out var preset))
            return preset;
        mistakes.Add(node.Place, $"the unknown preset '{name}'", NearestName.Suggest(name, [.. MeasureRules.Presets.Keys]));
        return MeasureRules.Standard;
    }

    private static string? OneOf(Fields fields, string key, IReadOnlyList<string> names, MistakeList mistakes)
    {
        if (fields.Value(key) is not { } node || Scalars.Text(node, string.Join(" or ", names), mistakes) is not { } name)
            return null;
        if (names.Contains(name))
            return name;
        mistakes.Add(node.Place, $"the unknown {key} '{name}'", NearestName.Suggest(name, [.. names]));
        return null;
    }

    private static double? Seconds(Fields fields, string key) =>
        fields.Number(key, "a number of seconds above 0 and at most 3600", v => v is > 0 and <= 3600);

    private static void Ordered(Fields fields, string what, double least, double most, MistakeList mistakes)
    {
        if (least > most && (fields.Entry($"min_{what}") ?? fields.Entry($"max_{what}")) is { } entry)
            mistakes.Add(entry.Value.Place, $"min_{what} = {Numbers.Text(least)} with max_{what} = {Numbers.Text(most)}", $"min_{what} would be at most max_{what} (a preset gives what the file does not)");
    }
}
