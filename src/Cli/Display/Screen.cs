using Spectre.Console;

namespace AttnSweep.Cli.Display;

/// <summary>Where people read: colour only on terminals without NO_COLOR (Spectre sees to it), tables as wide as there is room.</summary>
internal static class Screen
{
    /// <summary>Tables in a file or a pipe are not cut to a terminal that is not there.</summary>
    private const int WidthWithoutTerminal = 160;

    public static IAnsiConsole Out { get; } = Create();

    public static bool IsTerminal => !Console.IsOutputRedirected;

    public static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple).BorderColor(Color.Grey);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        }

        return table;
    }

    private static IAnsiConsole Create()
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out var columns) && columns >= 40 ? columns : WidthWithoutTerminal;
        }

        return console;
    }
}
