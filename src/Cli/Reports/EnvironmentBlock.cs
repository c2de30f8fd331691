using System.Text.Json;
using AttnSweep.Cli.Display;
using AttnSweep.Storage.Reading;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttnSweep.Cli.Reports;

/// <summary>What a run was measured on, a few short lines for each kind of device. Pure.</summary>
internal static class EnvironmentBlock
{
    private const int CommitLength = 8;

    public static IRenderable Of(IReadOnlyList<EnvironmentRow> environments)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2)).AddColumn(new GridColumn());
        foreach (var environment in environments)
        {
            grid.AddRow(new Text(environment.Backend), new Text(string.Join('\n', Lines(environment))));
        }

        return grid;
    }

    internal static IEnumerable<string> Lines(EnvironmentRow environment)
    {
        var facts = Facts(environment.Facts);
        string? Take(string name, Func<string, string> say) => facts.Remove(name, out var value) && value is not ("" or "unknown") ? say(value) : null;

        yield return $"{environment.Device}: {Units.Count(environment.Cells, "cell")} by {Units.Count(environment.Workers, "worker")}";
        var processor = Take("cpu", cpu => environment.Device.Contains(cpu, StringComparison.Ordinal) ? "" : cpu);
        var machine = Join(
            processor, Take("cores", Number("core")), Take("threads", Number("thread")), Take("memory", m => $"{m} memory"),
            Take("simd", bits => char.IsAsciiDigit(bits[0]) ? $"SIMD of {bits} bits" : $"SIMD {bits}"), Take("governor", g => $"governor {g}"));
        if (machine.Length > 0)
        {
            yield return machine;
        }

        var software = Join(Take("os", os => os), Take("runtime", r => r), Take("code", c => $"attnsweep {Short(c)}"));
        if (software.Length > 0)
        {
            yield return software;
        }

        // Other kinds of nodes know other facts; how the kernel was booted is for `sql`, not for a summary.
        var told = facts.Where(f => f.Key != "kernel-parameters" && f.Value is not ("" or "none" or "unknown")).ToList();
        if (told.Count > 0)
        {
            yield return string.Join(", ", told.Select(f => $"{f.Key} {f.Value}"));
        }
    }

    private static Func<string, string> Number(string what) => value => long.TryParse(value, out var number) ? Units.Count(number, what) : $"{value} {what}s";

    private static string Join(params string?[] parts) => string.Join(", ", parts.Where(p => !string.IsNullOrEmpty(p)));

    /// <summary>Version and the beginning of the commit.</summary>
    private static string Short(string version) =>
        version.Split('+') is [var number, { Length: > CommitLength } commit] ? $"{number}+{commit[..CommitLength]}" : version;

    private static SortedDictionary<string, string> Facts(string? json)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (json is null)
        {
            return facts;
        }

        using var document = JsonDocument.Parse(json);
        foreach (var fact in document.RootElement.EnumerateObject())
        {
            facts[fact.Name] = fact.Value.ToString();
        }

        return facts;
    }
}
