using Spectre.Console;
using Spectre.Console.Rendering;

namespace AttnSweep.Cli.Reports;

/// <summary>Chooses the richest of several layouts that the console can show without breaking a line.</summary>
internal static class FittingLayout
{
    /// <param name="layouts">From the richest to the narrowest; the last is taken where none fits.</param>
    public static void WriteFirstThatFits(this IAnsiConsole console, params IReadOnlyList<Func<IReadOnlyList<IRenderable>>> layouts)
    {
        IReadOnlyList<IRenderable> chosen = [];
        foreach (var layout in layouts)
        {
            chosen = layout();
            if (chosen.All(part => part is Text || Fits(console, part)))
            {
                break;
            }
        }

        foreach (var part in chosen)
        {
            console.Write(part);
            if (part is Text)
            {
                // A text does not end its line, as tables do.
                console.WriteLine();
            }
        }
    }

    private static bool Fits(IAnsiConsole console, IRenderable part) =>
        part.Measure(RenderOptions.Create(console), 10_000).Max <= console.Profile.Width;
}
