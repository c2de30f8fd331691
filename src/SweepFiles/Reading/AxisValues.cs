using System.Globalization;
using System.Text.RegularExpressions;
using AttnSweep.SweepFiles.Yaml;
using AttnSweep.Sweeps;
using AttnSweep.Sweeps.Expressions;

namespace AttnSweep.SweepFiles.Reading;

/// <summary>Values of an axis: a number, a range, a series, or a list of these.</summary>
internal static partial class AxisValues
{
    /// <summary>Beyond this a range is a slip of the pen, and no machine should try to hold it.</summary>
    private const int MaxValues = 10_000_000;

    private static readonly string[] Series = ["pow2", "logspace", "linspace"];

    private static string Name(Axis axis) => AxisNames.Of(axis);

    /// <summary>The values, or an empty list when something was wrong and reported.</summary>
    public static IReadOnlyList<double> Read(SweepNode node, Axis axis, MistakeList mistakes)
    {
        if (node is BrokenNode)
            return [];
        if (node is ScalarNode only)
            return Item(only, axis, mistakes) ?? [];
        if (node is not SequenceNode list || list.Items.Count == 0)
        {
            mistakes.Add(node.Place, node is SequenceNode ? "an empty list" : node.Described, $"'{Name(axis)}' would have values, e.g. {AxisRange.Example(axis)}");
            return [];
        }

        var values = new List<double>();
        var seen = new HashSet<double>();
        var sound = true;
        foreach (var item in list.Items)
        {
            if (item is not ScalarNode scalar)
            {
                if (item is not BrokenNode)
                    mistakes.Add(item.Place, $"{item.Described} inside a list", $"would be a value of '{Name(axis)}', e.g. {AxisRange.Example(axis)}");
                sound = false;
                continue;
            }

            var some = Item(scalar, axis, mistakes);
            sound &= some is not null;
            foreach (var value in some ?? [])
            {
                if (seen.Add(value))
                {
                    values.Add(value);
                    continue;
                }

                mistakes.Add(scalar.Place, $"{Numbers.Text(value)} a second time", $"each value of '{Name(axis)}' is listed once");
                sound = false;
                break;
            }
        }

        return sound ? values : [];
    }

    private static List<double>? Item(ScalarNode scalar, Axis axis, MistakeList mistakes)
    {
        if (AxisRange.IsFlag(axis))
            return Scalars.Flag(scalar, mistakes) is { } flag ? [flag ? 1 : 0] : null;
        if (axis == Axis.DType)
            return StorageType(scalar, mistakes) is { } type ? [type] : null;
        if (scalar.IsNothing)
        {
            mistakes.Add(scalar.Place, "nothing", $"'{Name(axis)}' would have values, e.g. {AxisRange.Example(axis)}");
            return null;
        }

        var values = SeriesForm().Match(scalar.Text) is { Success: true } series ? SeriesOf(scalar, series, axis, mistakes)
            : RangeForm().Match(scalar.Text) is { Success: true } range ? RangeOf(scalar, range, mistakes)
            : Constant(scalar, scalar.Text, 0, mistakes) is { } constant ? [constant] : null;
        foreach (var value in values ?? [])
        {
            if (!AxisRange.Fits(axis, value))
            {
                mistakes.Add(scalar.Place, $"{Name(axis)} = {Numbers.Text(value)}", $"would be {AxisRange.Right(axis)}");
                return null;
            }
        }

        return values;
    }

    private static List<double>? RangeOf(ScalarNode scalar, Match range, MistakeList mistakes)
    {
        var (from, to, step) = (Part(range.Groups["from"]), Part(range.Groups["to"]), range.Groups["step"].Success ? Part(range.Groups["step"]) : 1);
        if (from is null || to is null || step is null)
            return null;
        if (step <= 0)
            mistakes.Add(scalar.At(range.Groups["step"].Index), $"the step {Numbers.Text(step.Value)}", "would be greater than 0");
        else if (to < from)
            mistakes.Add(scalar.Place, $"the empty range {scalar.Text}", "would go from the smaller to the larger number");
        else if ((to - from) / step >= MaxValues)
            mistakes.Add(scalar.Place, $"the range {scalar.Text}", $"would have at most {MaxValues} values");
        else
            // The last value is reached although 0.1 * 3 is not 0.3; the counter keeps errors from adding up.
            return [.. Enumerable.Range(0, (int)Math.Floor((to.Value - from.Value) / step.Value * (1 + 1e-12) + 1e-9) + 1).Select(i => Tidy(from.Value + i * step.Value))];
        return null;

        double? Part(Group part) => Constant(scalar, part.Value, part.Index, mistakes);
    }

    private static List<double>? SeriesOf(ScalarNode scalar, Match series, Axis axis, MistakeList mistakes)
    {
        var name = series.Groups["name"].Value;
        if (!Series.Contains(name))
        {
            if (Expression.FunctionNames.Contains(name))
                return Constant(scalar, scalar.Text, 0, mistakes) is { } value ? [value] : null;
            mistakes.Add(scalar.Place, $"the unknown series '{name}'", NearestName.Suggest(name, [.. Series, .. Expression.FunctionNames]));
            return null;
        }

        var arguments = new List<double>();
        var at = series.Groups["arguments"].Index;
        foreach (var part in series.Groups["arguments"].Value.Split(','))
        {
            if (Constant(scalar, part, at, mistakes) is not { } argument)
                return null;
            arguments.Add(argument);
            at += part.Length + 1;
        }

        var right = name == "pow2" ? "pow2(first, last) with 0 < first <= last and a power of two between them"
            : name == "logspace" ? "logspace(first, last, count) with first and last above 0 and a count from 2 to 10000"
            : "linspace(first, last, count) with a count from 2 to 10000";
        var values = name == "pow2" ? PowersOfTwo(arguments) : Spaced(arguments, logarithmic: name == "logspace");
        if (values is not { Count: > 0 })
        {
            mistakes.Add(scalar.Place, scalar.Text, $"would be {right}");
            return null;
        }

        return [.. (AxisRange.IsReal(axis) ? values.Select(Tidy) : values.Select(v => Math.Round(v))).Distinct()];
    }

    private static List<double>? PowersOfTwo(List<double> a)
    {
        if (a.Count != 2 || a[0] <= 0 || a[1] < a[0])
            return null;
        var values = new List<double>();
        for (var power = Math.Pow(2, Math.Ceiling(Math.Log2(a[0]))); power <= a[1] && values.Count < 2100; power *= 2)
            values.Add(power);
        return values;
    }

    private static List<double>? Spaced(List<double> a, bool logarithmic)
    {
        if (a.Count != 3 || a[2] is < 2 or > 10_000 || a[2] != Math.Floor(a[2]) || (logarithmic && (a[0] <= 0 || a[1] <= 0)))
            return null;
        var last = (int)a[2] - 1;
        return
        [
            .. Enumerable.Range(0, last + 1).Select(i => i == 0 ? a[0] : i == last ? a[1]
                : logarithmic ? a[0] * Math.Pow(a[1] / a[0], (double)i / last) : a[0] + (a[1] - a[0]) * i / last),
        ];
    }

    /// <summary>Twelve digits: 0.1 + 2 * 0.1 becomes 0.3, the number that a person would look for in the results.</summary>
    private static double Tidy(double value) =>
        value == Math.Floor(value) ? value : double.Parse(value.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static double? Constant(ScalarNode scalar, string text, int start, MistakeList mistakes)
    {
        var value = Expression.ReadNumber(text, axes: false, out var mistake)?.Value(AxisPoint.None, out mistake);
        if (mistake is not null)
            mistakes.Add(scalar, mistake with { Offset = mistake.Offset + start });
        return value;
    }

    private static double? StorageType(ScalarNode scalar, MistakeList mistakes)
    {
        string[] types = [.. StorageTypes.All];
        var at = Array.IndexOf(types, scalar.Text);
        if (at >= 0)
            return at;
        mistakes.Add(scalar.Place, scalar.IsNothing ? "nothing" : $"the unknown dtype '{scalar.Text}'", NearestName.Suggest(scalar.Text, types));
        return null;
    }

    [GeneratedRegex(@"^\s*(?<name>[A-Za-z_]\w*)\s*\((?<arguments>[^()]*(?:\([^()]*\)[^()]*)*)\)\s*$")]
    private static partial Regex SeriesForm();

    [GeneratedRegex(@"^(?<from>.+?)\.\.(?<to>.+?)(?:\s+step\s+(?<step>.+))?$")]
    private static partial Regex RangeForm();
}
