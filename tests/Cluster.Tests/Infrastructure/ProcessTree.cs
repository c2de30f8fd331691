using System.Diagnostics;
using System.Globalization;

namespace AttnSweep.Cluster.Tests.Infrastructure;

/// <summary>Finds and signals the processes that a command started, and only those.</summary>
internal static class ProcessTree
{
    /// <summary>Every living descendant of a process, parents first.</summary>
    public static IReadOnlyList<RunningProcess> Below(int parent)
    {
        var all = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? Read(id) : null)
            .OfType<RunningProcess>()
            .ToLookup(p => p.Parent);
        var found = new List<RunningProcess>();
        var next = new Queue<int>([parent]);
        while (next.TryDequeue(out var id))
        {
            foreach (var child in all[id])
            {
                found.Add(child);
                next.Enqueue(child.Id);
            }
        }

        return found;
    }

    /// <summary>Descendants that run a certain command of ours: coordinator, worker, runner.</summary>
    public static IReadOnlyList<RunningProcess> Below(int parent, string command) =>
        [.. ProgramsBelow(parent).Where(p => p.Arguments.Contains(command))];

    /// <summary>Descendants that are this program, whatever their command; not the shells and the server beside them.</summary>
    public static IReadOnlyList<RunningProcess> ProgramsBelow(int parent) =>
        [.. Below(parent).Where(p => p.Arguments.Any(a => Path.GetFileName(a) is "attnsweep" or "attnsweep.dll"))];

    public static void Signal(int process, string name) => Signal([process], name);

    /// <summary>All in one go, as a terminal signals a process group.</summary>
    public static void Signal(IReadOnlyList<int> processes, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", .. processes.Select(p => p.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    private static RunningProcess? Read(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var arguments = File.ReadAllText($"/proc/{id}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return fields[0] == "Z" ? null : new RunningProcess(id, int.Parse(fields[1], CultureInfo.InvariantCulture), arguments);
        }
        catch (IOException)
        {
            return null; // it ended between the listing and the reading
        }
    }
}

internal sealed record RunningProcess(int Id, int Parent, IReadOnlyList<string> Arguments);
