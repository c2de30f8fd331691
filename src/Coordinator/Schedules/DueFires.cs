using Cronos;

namespace AttnSweep.Coordinator.Schedules;

/// <summary>Which fire time of a schedule asks for a run now.</summary>
/// <param name="Fire">The fire time to make a run for; null when none is due.</param>
/// <param name="Skipped">Earlier fire times within the window that this one stands for.</param>
public sealed record DueFires(DateTimeOffset? Fire, int Skipped)
{
    /// <summary>
    /// Fire times after <paramref name="firedUpTo"/> and up to <paramref name="now"/>, no older than <paramref name="catchUp"/>. Of several
    /// only the latest makes a run: after an outage one night's numbers are wanted, not one run for each night missed.
    /// </summary>
    /// <param name="cron">Five fields, or six with seconds first.</param>
    /// <param name="zone">IANA time zone. A local time that daylight saving skips fires right after the gap, one that it repeats fires once.</param>
    /// <exception cref="ScheduleProblemException">The expression or the zone is not understood.</exception>
    public static DueFires Find(string cron, string zone, DateTimeOffset firedUpTo, DateTimeOffset now, TimeSpan catchUp)
    {
        var from = firedUpTo > now - catchUp ? firedUpTo : now - catchUp;
        if (from >= now)
        {
            return new DueFires(null, 0);
        }

        DateTimeOffset? latest = null;
        var count = 0;
        foreach (var fire in Parse(cron).GetOccurrences(from, now, Zone(zone), fromInclusive: false, toInclusive: true))
        {
            latest = fire;
            count++;
        }

        return new DueFires(latest?.ToUniversalTime(), Math.Max(0, count - 1));
    }

    /// <summary>The next fire time after <paramref name="after"/>, or null when there never is one.</summary>
    /// <exception cref="ScheduleProblemException">The expression or the zone is not understood.</exception>
    public static DateTimeOffset? Next(string cron, string zone, DateTimeOffset after) =>
        Parse(cron).GetNextOccurrence(after, Zone(zone))?.ToUniversalTime();

    private static CronExpression Parse(string cron)
    {
        try
        {
            var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            return CronExpression.Parse(cron, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);
        }
        catch (CronFormatException problem)
        {
            throw new ScheduleProblemException(
                $"'{cron}' is no cron expression ({problem.Message.TrimEnd('.')}); it has five fields, minute hour day month weekday, for example \"30 1 * * *\"", problem);
        }
    }

    private static TimeZoneInfo Zone(string zone)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(zone);
        }
        catch (Exception problem) when (problem is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new ScheduleProblemException($"'{zone}' is no time zone that this machine knows; IANA names are meant, for example Europe/Berlin", problem);
        }
    }
}

/// <summary>A schedule cannot be understood; the message is one line for a person.</summary>
public sealed class ScheduleProblemException(string message, Exception inner) : Exception(message, inner);
