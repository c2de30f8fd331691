using System.ComponentModel;
using System.Diagnostics;

namespace AttnSweep.Cli.PrivateServer;

/// <summary>A program that is run to its end, with its output.</summary>
internal sealed record ShortCommand(int ExitCode, string Output, string Errors)
{
    private const int NotFound = 127;

    /// <summary>Cancelling kills the program and what it started.</summary>
    public static async Task<ShortCommand> RunAsync(
        IReadOnlyList<string> command, CancellationToken cancellation, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "/",
        };

        // Messages are read by this program too.
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            return new ShortCommand(NotFound, "", missing.Message);
        }

        using (process)
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            try
            {
                await process.WaitForExitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
                throw;
            }

            return new ShortCommand(process.ExitCode, await output, await errors);
        }
    }
}
