using System.CommandLine;
using System.Globalization;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Storage.Scheduling;

namespace AttnSweep.Cli.Commands;

/// <summary>What `run` and `submit` may say of a run's place among others: priority, budget, deadline.</summary>
internal sealed class LimitOptions
{
    private readonly Option<int> _priority = new("--priority") { Description = "Higher first (default 0)" };

    private readonly Option<double?> _budget = new("--budget")
    {
        Description = "Device-hours that it may use; it is paused when they are spent",
        HelpName = "DEVICE-HOURS",
        Validators = { v => SharedOptions.Demand<double?>(v, hours => hours is > 0, "--budget is a number of device-hours above 0") },
    };

    private readonly Option<string?> _deadline = new("--deadline")
    {
        Description = "When it is paused: a time such as 2030-01-31T06:00Z, or a span such as 90m, 8h or 2d",
        HelpName = "TIME",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_priority);
        command.Options.Add(_budget);
        command.Options.Add(_deadline);
    }

    public int Priority(ParseResult parsed) => parsed.GetValue(_priority);

    /// <exception cref="AskedWronglyException">The deadline cannot be understood or is over.</exception>
    public RunLimits Limits(ParseResult parsed, DateTimeOffset now) =>
        new(parsed.GetValue(_budget) * 3600, parsed.GetValue(_deadline) is { } text ? Deadline(text, now) : null);

    /// <summary>Pure.</summary>
    internal static DateTimeOffset Deadline(string text, DateTimeOffset now)
    {
        const string Right = "it would be a time such as 2030-01-31T06:00Z, or a span such as 90m, 8h or 2d";
        if (text.Length > 1 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 10000)
        {
            return text[^1] switch
            {
                'm' => now.AddMinutes(number),
                'h' => now.AddHours(number),
                'd' => now.AddDays(number),
                _ => throw new AskedWronglyException($"--deadline cannot be '{text}'; {Right}"),
            };
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            throw new AskedWronglyException($"--deadline cannot be '{text}'; {Right}");
        }

        return time > now ? time : throw new AskedWronglyException(FormattableString.Invariant($"--deadline {text} is over; it is {now.UtcDateTime:yyyy-MM-ddTHH:mm}Z"));
    }
}
