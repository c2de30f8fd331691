using System.Globalization;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>The server process that owns a data folder, as its postmaster.pid and the process table agree.</summary>
internal sealed record Postmaster(int ProcessId, int Port)
{
    /// <summary>Null when no server of ours runs on this folder; a pid that now belongs to another program is not ours.</summary>
    public static Postmaster? Running(string data) =>
        ReadFile(data) is { } claimed && IsOurs(Arguments(claimed.ProcessId), data) ? claimed : null;

    /// <summary>Lines of postmaster.pid: process, data folder, start time, port, … Pure.</summary>
    internal static Postmaster? Parse(IReadOnlyList<string> lines) =>
        lines.Count >= 4
        && int.TryParse(lines[0].Trim(), CultureInfo.InvariantCulture, out var process)
        && int.TryParse(lines[3].Trim(), CultureInfo.InvariantCulture, out var port)
            ? new Postmaster(process, port)
            : null;

    /// <summary>Whether a command line is that of a postmaster on this folder. Pure.</summary>
    internal static bool IsOurs(IReadOnlyList<string> arguments, string data) =>
        arguments.Count > 0 && Path.GetFileName(arguments[0]) is "postgres" or "postmaster" && arguments.Contains(data);

    /// <summary>
    /// After a reboot the pid in a left-over postmaster.pid can belong to any program of the same user, and after a kill to a zombie that
    /// nobody has collected (seen in a container); PostgreSQL then refuses to start. The file is removed only if no process at all works in the data folder (backends of a killed postmaster do for a moment,
    /// and PostgreSQL waits for them by what the file says).
    /// </summary>
    public static void ForgetImpostor(string data)
    {
        if (ReadFile(data) is { } claimed && Directory.Exists($"/proc/{claimed.ProcessId}")
            && !IsOurs(Arguments(claimed.ProcessId), data) && !AnyoneWorksIn(data))
        {
            File.Delete(Path.Combine(data, "postmaster.pid"));
        }
    }

    private static Postmaster? ReadFile(string data)
    {
        try
        {
            return Parse(File.ReadAllLines(Path.Combine(data, "postmaster.pid")));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string[] Arguments(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool AnyoneWorksIn(string data) => Directory.EnumerateDirectories("/proc").Any(folder =>
    {
        try
        {
            return int.TryParse(Path.GetFileName(folder), out _) && new DirectoryInfo(Path.Combine(folder, "cwd")).LinkTarget == data;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
