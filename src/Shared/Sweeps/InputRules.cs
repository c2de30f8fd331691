namespace AttnSweep.Sweeps;

/// <summary>What is wrong with an input, and what would be right.</summary>
public sealed record InputMistake(string Found, string Expected);

/// <summary>Which inputs exist: the planner asks before it plans one, the runner before it makes one. Pure.</summary>
public static class InputRules
{
    /// <summary>The first thing that is wrong, or null.</summary>
    public static InputMistake? WhyNot(InputSpec input)
    {
        if (!InputModels.All.Contains(input.Model))
            return new($"the unknown input model '{input.Model}'", NearestName.Suggest(input.Model, [.. InputModels.All]));
        if (input.Heads < 1 || input.N < 1 || input.D < 1)
            return new($"heads = {input.Heads}, n = {input.N}, d = {input.D}", "each would be at least 1");
        if (!(input.Sigma >= 0) || !double.IsFinite(input.Sigma))
            return new($"sigma = {Numbers.Text(input.Sigma)}", "would be a finite number of at least 0");
        return OfModel(input.Model, input.Options) ?? OfNumbers(input.Options, input.D);
    }

    private static InputMistake? OfModel(string model, InputOptions options)
    {
        if (model == InputModels.Xwx && options.Norm == 0)
            return new("the model xwx without a norm", "would have norm: the Frobenius norm of W, e.g. norm: 8");
        var isFile = model == InputModels.File;
        if (isFile && (options.FilePath is null || options.FileSha256 is null))
            return new("the model file without a file", "would have file: { path: ..., sha256: ... }");
        if (!isFile && (options.FilePath is not null || options.FileSha256 is not null))
            return new($"a file with the model {model}", "would be the model 'file', or no file");
        var takes = InputModels.OptionsOf(model);
        var point = new AxisPoint { Options = options };
        foreach (var option in InputModels.Options)
        {
            if (!takes.Contains(option) && point[option] != AxisNames.Usual(option))
                return new($"{AxisNames.Of(option)} with the model {model}", $"would be left out: {model} takes {string.Join(", ", takes.Select(AxisNames.Of))}");
        }

        return null;
    }

    private static InputMistake? OfNumbers(InputOptions options, int d)
    {
        foreach (var option in InputModels.Options)
        {
            var value = new AxisPoint { Options = options }[option];
            if (option != Axis.DType && !AxisRange.Fits(option, value) && !(option == Axis.Norm && value == 0))
                return new($"{AxisNames.Of(option)} = {Numbers.Text(value)}", $"would be {AxisRange.Right(option)}");
        }

        if (!StorageTypes.All.Contains(options.DType))
            return new($"the unknown dtype '{options.DType}'", NearestName.Suggest(options.DType, [.. StorageTypes.All]));
        if (options.Outliers > d)
            return new($"outliers = {options.Outliers} with d = {d}", "would be at most d");
        if (options.LayerNorm && d < 2)
            return new("layer_norm with d = 1", "would have d of at least 2: one number has no spread to normalise");
        if (options.FileSha256 is { } digest && !IsSha256(digest))
            return new($"sha256 '{digest}'", "would be 64 hexadecimal digits in lower case, as sha256sum prints them");
        return null;
    }

    public static bool IsSha256(string digest) => digest.Length == 64 && digest.All(char.IsAsciiHexDigitLower);
}
