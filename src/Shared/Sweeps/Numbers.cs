using System.Globalization;

namespace AttnSweep.Sweeps;

/// <summary>Numbers as a person writes them, whatever the machine's language.</summary>
public static class Numbers
{
    /// <summary>The shortest text that reads back as the same number; whole numbers without exponent.</summary>
    public static string Text(double value) =>
        Math.Abs(value) < 1e15 && value == Math.Floor(value)
            ? value.ToString("0", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
}
