using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace AttnSweep.Clustering.Logging;

/// <summary>
/// Keeps a peer that tries again and again, or sends nonsense by the thousand, from filling a disk with its refusals: of lines that differ in
/// numbers only, one a minute is written, and the next one tells how many were not. Only first lines are kept: advice of many lines belongs into
/// documents. Pure.
/// </summary>
/// <param name="Begun">When the minute began whose lines are counted.</param>
internal sealed partial record LogGate(ImmutableDictionary<string, (DateTimeOffset Since, int Held)> Seen, DateTimeOffset Begun, int Lines)
{
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Kinds of lines that are remembered; beyond it all are forgotten, so that a flood of ever new ones takes no memory.</summary>
    public const int MostKinds = 1000;

    /// <summary>In a minute, of whatever kinds: a stranger can make up names without end.</summary>
    public const int MostLines = 200;

    private const int Telling = 300;

    public static LogGate Empty { get; } = new(ImmutableDictionary<string, (DateTimeOffset, int)>.Empty, DateTimeOffset.MinValue, 0);

    /// <returns>What to write, null for nothing.</returns>
    public (string? Line, LogGate Next) Pass(string source, string message, DateTimeOffset now)
    {
        var first = message.AsSpan().Trim().IndexOf('\n') is var end and >= 0 ? message.Trim()[..end].TrimEnd() : message;
        var kind = Kind(source, first);
        var known = Seen.TryGetValue(kind, out var seen);
        var minute = now - Begun < Pause ? this : this with { Begun = now, Lines = 0 };
        if ((known && now - seen.Since < Pause) || minute.Lines >= MostLines)
        {
            return (null, known ? minute with { Seen = Seen.SetItem(kind, (seen.Since, seen.Held + 1)) } : minute);
        }

        return (
            seen.Held > 0 ? FormattableString.Invariant($"{first} ({seen.Held} more like it since the last)") : first,
            minute with { Seen = (Seen.Count >= MostKinds ? Empty.Seen : Seen).SetItem(kind, (now, 0)), Lines = minute.Lines + 1 });
    }

    /// <summary>
    /// Of the transport, ports, counts and ids differ where the line is the same, and the numbers of an address tell peers apart; our own actors
    /// say what they mean.
    /// </summary>
    private static string Kind(string source, string message)
    {
        var kind = source.Contains("/user/", StringComparison.Ordinal) ? message : LoneNumber().Replace($"{source} {message}", "");
        return kind.Length > Telling ? kind[..Telling] : kind;
    }

    [GeneratedRegex("(?<![\\d.])\\d+(?![\\d.])")]
    private static partial Regex LoneNumber();
}
