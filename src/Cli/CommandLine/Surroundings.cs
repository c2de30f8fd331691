using System.Globalization;
using System.Reflection;
using Spectre.Console;

namespace AttnSweep.Cli.CommandLine;

/// <summary>What a command may touch of the outside.</summary>
/// <param name="Out">Answers, for people and scripts.</param>
/// <param name="Error">Everything else.</param>
/// <param name="Console">Tables and live displays, on <paramref name="Out"/>.</param>
internal sealed record Surroundings(TextWriter Out, TextWriter Error, IAnsiConsole Console, TimeProvider Time, StopSignal Stop)
{
    /// <summary>Without a terminal tables may be as wide as COLUMNS says.</summary>
    private const int PlainWidth = 120;

    public static string CodeVersion { get; } =
        typeof(Surroundings).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Surroundings OfThisProcess(StopSignal stop)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Out) });
        if (System.Console.IsOutputRedirected)
        {
            var columns = Environment.GetEnvironmentVariable("COLUMNS");
            console.Profile.Width = int.TryParse(columns, CultureInfo.InvariantCulture, out var width) && width is >= 40 and <= 1000 ? width : PlainWidth;
        }

        return new Surroundings(System.Console.Out, System.Console.Error, console, TimeProvider.System, stop);
    }
}
