namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>Differences of two texts, line by line.</summary>
internal static class TextDiff
{
    private const int Context = 2;
    private const int MaxLines = 80;

    /// <param name="blur">What lines are compared and shown by, unless they differ in nothing else.</param>
    /// <returns>Lines with "- ", "+ " and, around them, "  "; "..." where equal lines or the rest are left out. Empty where nothing differs.</returns>
    public static string Of(string before, string after, Func<string, string> blur)
    {
        string[] old = Lines(before), now = Lines(after);
        string[] oldBlurred = Array.ConvertAll(old, l => blur(l)), nowBlurred = Array.ConvertAll(now, l => blur(l));
        return string.Join('\n', oldBlurred.SequenceEqual(nowBlurred) ? Shorten(Edits(old, now)) : Shorten(Edits(oldBlurred, nowBlurred)));
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    /// <summary>By a longest common subsequence, without the equal lines at both ends.</summary>
    private static List<string> Edits(string[] old, string[] now)
    {
        var start = 0;
        while (start < old.Length && start < now.Length && old[start] == now[start])
            start++;
        var end = 0;
        while (end < old.Length - start && end < now.Length - start && old[^(end + 1)] == now[^(end + 1)])
            end++;
        var (rows, columns) = (old.Length - start - end, now.Length - start - end);
        var common = new int[rows + 1, columns + 1];
        for (var i = rows - 1; i >= 0; i--)
        {
            for (var j = columns - 1; j >= 0; j--)
                common[i, j] = old[start + i] == now[start + j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = old[..start].Select(l => $"  {l}").ToList();
        var (at, to) = (0, 0);
        while (at < rows || to < columns)
        {
            if (at < rows && to < columns && old[start + at] == now[start + to])
            {
                lines.Add($"  {old[start + at]}");
                at++;
                to++;
            }
            else if (at < rows && (to == columns || common[at + 1, to] >= common[at, to + 1]))
            {
                lines.Add($"- {old[start + at++]}");
            }
            else
            {
                lines.Add($"+ {now[start + to++]}");
            }
        }

        lines.AddRange(old[^end..].Select(l => $"  {l}"));
        return lines;
    }

    private static IEnumerable<string> Shorten(List<string> lines)
    {
        var (shown, last) = (0, -1);
        for (var i = 0; i < lines.Count; i++)
        {
            var isNear = Enumerable.Range(Math.Max(0, i - Context), Math.Min(lines.Count, i + Context + 1) - Math.Max(0, i - Context)).Any(j => lines[j][0] != ' ');
            if (!isNear)
                continue;
            if (shown++ == MaxLines)
            {
                yield return "...";
                yield break;
            }

            if (last >= 0 && last != i - 1)
                yield return "...";
            last = i;
            yield return lines[i];
        }
    }
}
