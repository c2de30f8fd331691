using System.Globalization;
using System.Text.RegularExpressions;

namespace AttnSweep.Kernels.Tests.Ptx;

/// <summary>
/// What can be said of a PTX module without a driver or an assembler: it reads the text, it proves nothing about results. FMA is not
/// looked for: ILGPU writes mul and add without rounding modifiers, which the driver's assembler may fuse.
/// </summary>
internal static partial class PtxLint
{
    /// <summary>Static shared memory that every CUDA device grants a group.</summary>
    public const int MaxSharedBytes = 48 << 10;

    /// <summary>One line per finding; empty where the module is clean.</summary>
    public static IReadOnlyList<string> Check(string ptx, bool localMemoryAllowed = false)
    {
        var text = Comments().Replace(ptx, " ");
        var findings = new List<string>();
        if (!Version().IsMatch(text))
            findings.Add(".version is missing");
        if (!Target().IsMatch(text))
            findings.Add(".target is missing");
        if (!Entry().IsMatch(text))
            findings.Add("no .entry: there is nothing to launch");
        // The driver would look for it at load time and find nothing: ILGPU leaves such calls for math functions it cannot map.
        findings.AddRange(ExternalFunction().Matches(text).Select(m => $"external function {m.Groups["name"].Value}"));
        if (!localMemoryAllowed)
        {
            findings.AddRange(Variables(text, "local").Select(v => $"local memory {v.Name}: {v.Bytes} bytes per thread"));
            var accesses = LocalAccess().Count(text);
            if (accesses > 0)
                findings.Add($"{accesses} loads or stores of local memory");
        }

        var shared = Variables(text, "shared").ToList();
        var sharedBytes = shared.Sum(v => v.Bytes);
        if (sharedBytes > MaxSharedBytes)
            findings.Add($"{sharedBytes} bytes of shared memory, more than {MaxSharedBytes}");
        if (shared.Count > 0 && !Barrier().IsMatch(text))
            findings.Add("shared memory without a barrier");
        return findings;
    }

    /// <summary>Bytes of shared memory that a group takes.</summary>
    public static long SharedBytes(string ptx) => Variables(Comments().Replace(ptx, " "), "shared").Sum(v => v.Bytes);

    private static IEnumerable<(string Name, long Bytes)> Variables(string text, string space) =>
        from Match m in Variable().Matches(text)
        where m.Groups["space"].Value == space
        let width = long.Parse(m.Groups["bits"].Value, CultureInfo.InvariantCulture) / 8
        let lanes = m.Groups["vector"].Value switch { "2" => 2, "4" => 4, _ => 1 }
        let count = m.Groups["count"].Success ? long.Parse(m.Groups["count"].Value, CultureInfo.InvariantCulture) : 1
        select (m.Groups["name"].Value, width * lanes * count);

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^\s*\.version\s+\d+\.\d+", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"^\s*\.target\s+sm_\d+", RegexOptions.Multiline)]
    private static partial Regex Target();

    [GeneratedRegex(@"\.entry\s+[\w$%]+")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.extern\s+\.func\s*(\([^)]*\)\s*)?(?<name>[\w$%]+)")]
    private static partial Regex ExternalFunction();

    [GeneratedRegex(@"\.(?<space>local|shared)\s+(\.align\s+\d+\s+)?(\.v(?<vector>[24])\s+)?\.[bsuf](?<bits>8|16|32|64)\s+(?<name>[\w$%]+)\s*(\[\s*(?<count>\d+)\s*\])?")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\b(ld|st)(\.volatile)?\.local\b")]
    private static partial Regex LocalAccess();

    [GeneratedRegex(@"\b(bar\.sync|barrier\.sync)\b")]
    private static partial Regex Barrier();
}
