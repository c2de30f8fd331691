using System.Globalization;

namespace AttnSweep.Cli.Display;

/// <summary>Numbers as people read them; always with a point, whatever the machine's language.</summary>
internal static class Units
{
    public static string Duration(double seconds) => seconds switch
    {
        < 0.95 => Text($"{seconds * 1000:0} ms"),
        < 59.5 => Text($"{seconds:0.#} s"),
        < 3599.5 => Text($"{Math.Floor(Math.Round(seconds) / 60):0} min {Math.Round(seconds) % 60:00} s"),
        _ => Text($"{Math.Floor(Math.Round(seconds / 60) / 60):0} h {Math.Round(seconds / 60) % 60:00} min"),
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 1 << 20 => Text($"{bytes / (1 << 10):0.#} KiB"),
        < 1 << 30 => Text($"{bytes / (1 << 20):0.#} MiB"),
        _ => Text($"{bytes / (1 << 30):0.##} GiB"),
    };

    /// <summary>Three significant digits or so.</summary>
    public static string Number(double? value) => value switch
    {
        null => "-",
        0 => "0",
        { } v when Math.Abs(v) is >= 100 and < 1e6 => Text($"{v:0}"),
        { } v when Math.Abs(v) is >= 0.01 and < 100 => v.ToString("G3", CultureInfo.InvariantCulture),
        { } v => v.ToString("0.0e+0", CultureInfo.InvariantCulture),
    };

    /// <summary>"1 worker", "2 workers", "0 workers".</summary>
    public static string Count(long number, string one, string? many = null) => Text($"{number} {(number == 1 ? one : many ?? one + "s")}");

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
