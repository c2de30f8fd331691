using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AttnSweep.Sweeps;

namespace AttnSweep.Cli.CommandLine;

/// <summary>What is wrong with a command line, one line each, and what would be right. Pure.</summary>
internal static class ParseProblems
{
    public static IReadOnlyList<string> Lines(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var name = Name(parsed.CommandResult);
        var unknown = parsed.UnmatchedTokens.Select(token => Unknown(command, name, token)).ToList();
        var lines = unknown.Count > 0 ? unknown : Missing(parsed, command, name);
        lines.AddRange(parsed.Errors.GroupBy(error => error.SymbolResult as OptionResult).SelectMany(group => group.Key switch
        {
            null or { Implicit: true } => [],
            { Tokens.Count: 0 } => [$"{group.Key.Option.Name} needs a value"],
            // The parser's own complaint comes first, then the rule that the option states.
            var option when IsNoNumber(option) => group.Skip(1).Any() ? [group.Last().Message] : [$"{option.Option.Name} cannot be '{string.Join(' ', option.Tokens)}'; a number is meant"],
            _ => group.Select(error => error.Message),
        }));
        return lines.Count > 0 ? [.. lines.Distinct()] : [.. parsed.Errors.Select(error => error.Message)];
    }

    /// <summary>"attnsweep schedule add"</summary>
    public static string Name(CommandResult result) => result.Parent is CommandResult parent ? $"{Name(parent)} {result.Command.Name}" : "attnsweep";

    private static string Unknown(Command command, string name, string token)
    {
        if (token.StartsWith('-'))
        {
            return $"`{name}` has no option '{token}'{Near(token, [.. command.Options.Where(o => !o.Hidden).Select(o => o.Name)])}";
        }

        return command.Subcommands.Count > 0
            ? $"there is no command '{name["attnsweep".Length..].TrimStart()}{(name == "attnsweep" ? "" : " ")}{token}'{Near(token, [.. command.Subcommands.Select(c => c.Name)])}"
            : $"'{token}' is one word too many for `{name}`{(command.Arguments.Count == 0 ? "" : $", which takes {string.Join(" and ", command.Arguments.Select(a => a.Name))}")}";
    }

    private static List<string> Missing(ParseResult parsed, Command command, string name)
    {
        if (command.Subcommands.Count > 0)
        {
            return [$"`{name}` needs a command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}"];
        }

        List<string> missing =
        [
            .. command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0 && (parsed.GetResult(a)?.Tokens.Count ?? 0) == 0).Select(a => a.Name),
            .. command.Options.Where(o => o.Required && parsed.GetResult(o) is null or { Implicit: true }).Where(o => o.Required).Select(o => o.Name),
        ];
        return missing.Count == 0 ? [] : [$"`{name}` needs {string.Join(" and ", missing)}"];
    }

    private static bool IsNoNumber(OptionResult option)
    {
        var type = option.Option.ValueType;
        type = Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type;
        return (type == typeof(int) || type == typeof(long) || type == typeof(double))
            && option.Tokens.Any(token => type == typeof(double)
                ? !double.TryParse(token.Value, CultureInfo.InvariantCulture, out _)
                : !(long.TryParse(token.Value, CultureInfo.InvariantCulture, out var whole) && (type == typeof(long) || whole is >= int.MinValue and <= int.MaxValue)));
    }

    private static string Near(string written, IReadOnlyCollection<string> names) => NearestName.Of(written, names) is { } near ? $"; did you mean '{near}'?" : "";
}
