namespace AttnSweep.Sweeps;

/// <summary>What somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>For the second half of a message: <c>did you mean 'kernels'?</c> where a name is near, else the whole list.</summary>
    public static string Suggest(string written, IReadOnlyCollection<string> names) =>
        Of(written, names) is { } near ? $"did you mean '{near}'?"
        : names.Count == 1 ? $"would be '{names.First()}'"
        : $"would be one of {string.Join(", ", names)}";

    /// <summary>The nearest name, if at most a third of its letters would have to change; null where there are no names.</summary>
    public static string? Of(string written, IReadOnlyCollection<string> names)
    {
        if (names.Count == 0)
        {
            return null;
        }

        var lower = written.ToLowerInvariant();
        var (name, distance) = names.Select(n => (n, Distance(lower, n.ToLowerInvariant()))).MinBy(x => x.Item2);
        return name is not null && distance <= Math.Max(1, Math.Max(written.Length, name.Length) / 3) && distance < name.Length ? name : null;
    }

    /// <summary>Edits between two words, a swap of neighbours counted as one (optimal string alignment).</summary>
    public static int Distance(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            edits[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            edits[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(edits[i - 1, j] + 1, edits[i, j - 1] + 1), edits[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, edits[i - 2, j - 2] + 1);
                edits[i, j] = best;
            }
        }

        return edits[a.Length, b.Length];
    }
}
