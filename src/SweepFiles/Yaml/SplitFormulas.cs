using AttnSweep.SweepFiles.Reading;

namespace AttnSweep.SweepFiles.Yaml;

/// <summary>
/// YAML ends an entry of <c>[ ]</c> and <c>{ }</c> at every comma, also inside <c>min(n, 64)</c>. The pieces would give two
/// puzzling messages; this finds them and gives one that helps.
/// </summary>
internal static class SplitFormulas
{
    public static List<SweepNode> Mend(List<SweepNode> items, MistakeList mistakes)
    {
        var mended = new List<SweepNode>();
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is not ScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar || Open(scalar.Text) <= 0)
            {
                mended.Add(items[i]);
                continue;
            }

            var (whole, open) = (scalar.Text, Open(scalar.Text));
            while (open > 0 && i + 1 < items.Count && items[i + 1] is ScalarNode next)
            {
                (whole, open) = ($"{whole}, {next.Text}", open + Open(next.Text));
                i++;
            }

            mended.Add(Report(scalar, whole, mistakes));
        }

        return mended;
    }

    public static List<MappingEntry> Mend(List<MappingEntry> entries, MistakeList mistakes)
    {
        var mended = new List<MappingEntry>();
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Value is not ScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar || Open(scalar.Text) <= 0)
            {
                mended.Add(entries[i]);
                continue;
            }

            var (key, whole, open) = (entries[i].Key, scalar.Text, Open(scalar.Text));
            while (open > 0 && i + 1 < entries.Count && entries[i + 1].Value is ScalarNode { IsNothing: true })
            {
                var next = entries[++i].Key;
                (whole, open) = ($"{whole}, {next.Text}", open + Open(next.Text));
            }

            mended.Add(new MappingEntry(key, Report(scalar, whole, mistakes)));
        }

        return mended;
    }

    private static BrokenNode Report(ScalarNode scalar, string whole, MistakeList mistakes)
    {
        mistakes.Add(scalar.Place, $"'{scalar.Text}', cut off at a comma", $"would be in quotes: \"{whole}\"");
        return new BrokenNode(scalar.Place);
    }

    private static int Open(string text) => text.Count(c => c == '(') - text.Count(c => c == ')');
}
