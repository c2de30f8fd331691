using System.CommandLine;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Storage.Runs;

namespace AttnSweep.Cli.Commands;

/// <summary>Options and arguments that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string?> Database() => new("--database")
    {
        Description = "Connection string or postgresql:// URL (else ATTNSWEEP_DATABASE, else a private server); a password is safer in the environment",
        HelpName = "CONNECTION",
    };

    public static Option<bool> Json(string what) => new("--json") { Description = $"{what} as JSON" };

    public static Option<int> Threads() => new("--threads")
    {
        Description = "Threads of the cpu-simd device (default: all cores, divided among local workers)",
        Validators = { v => Demand<int>(v, t => t >= 0, "--threads is 0 (all cores) or more") },
    };

    public static Option<string[]> Devices() => new("--devices")
    {
        Description = "Devices or backends to offer, separated by commas (default: all that are here)",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "IDS",
    };

    public static Option<bool> ExitWithParent() => new("--exit-with-parent") { Hidden = true };

    public static Argument<string> Run(string name = "RUN") => new(name) { Description = "Number of a run, or a sweep's name for its newest run" };

    /// <param name="rule">What would be right: "--workers is between 1 and 256".</param>
    public static void Demand<T>(System.CommandLine.Parsing.OptionResult option, Func<T, bool> holds, string rule)
    {
        bool fine;
        try
        {
            fine = option.GetValueOrDefault<T>() is { } value && holds(value);
        }
        catch (InvalidOperationException)
        {
            // Not of the option's type at all.
            fine = false;
        }

        if (!fine)
        {
            option.AddError($"{rule}; it cannot be '{string.Join(' ', option.Tokens)}'");
        }
    }

    public static void DemandOneFormat(bool csv, bool json)
    {
        if (csv && json)
        {
            throw new AskedWronglyException("choose either --csv or --json");
        }
    }

    /// <summary>Lists may be written with commas, spaces, or by repeating the option.</summary>
    public static IReadOnlyList<string> Split(IEnumerable<string>? values) =>
        [.. (values ?? []).SelectMany(v => v.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <exception cref="AskedWronglyException">There is no such run.</exception>
    public static async Task<RunRecord> FindRunAsync(RunStore runs, string run, CancellationToken cancellation) =>
        await runs.FindAsync(run, cancellation) ?? throw new AskedWronglyException($"there is no run '{run}'; `attnsweep status` lists them");
}
