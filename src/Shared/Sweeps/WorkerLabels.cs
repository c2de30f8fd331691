namespace AttnSweep.Sweeps;

/// <summary>What a worker may say of itself and a sweep may require.</summary>
public static class WorkerLabels
{
    public const int MostLetters = 50;

    public static bool IsLabel(string text) =>
        text.Length is > 0 and <= MostLetters && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
