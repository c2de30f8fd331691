namespace AttnSweep.Sweeps;

/// <summary>What somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>
    /// For the second half of a message: <c>did you mean 'kernels'?</c> where a name is near (a third of its letters wrong at
    /// most), else the whole list.
    /// </summary>
    public static string Suggest(string written, IReadOnlyCollection<string> names)
    {
        var lower = written.ToLowerInvariant();
        var best = names.Select(name => (name, distance: Distance(lower, name.ToLowerInvariant()))).MinBy(x => x.distance);
        return best.name is not null && best.distance <= Math.Max(1, Math.Max(written.Length, best.name.Length) / 3)
            ? $"did you mean '{best.name}'?"
            : $"would be one of {string.Join(", ", names)}";
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
