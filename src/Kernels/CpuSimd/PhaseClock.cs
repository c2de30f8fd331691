using System.Diagnostics;

namespace AttnSweep.Kernels.CpuSimd;

/// <summary>
/// Times the phases of one launch. Stages follow one another and are wall time; where the team's members tell what they are at, a stage's
/// wall time is shared out in proportion to their time on each phase, so that all phases add up to the launch.
/// </summary>
internal sealed class PhaseClock
{
    private readonly Dictionary<string, long>[] _members;
    private readonly (string? Phase, long Since)[] _current;
    private readonly Dictionary<string, double> _microseconds = [];
    private string _stage = "other";
    private long _since = Stopwatch.GetTimestamp();

    public PhaseClock(int members)
    {
        _members = [.. Enumerable.Range(0, members).Select(_ => new Dictionary<string, long>())];
        _current = new (string?, long)[members];
    }

    /// <summary>The phases of the quickest of so many launches: what disturbs one of them disturbs its phases by chance.</summary>
    public static Dictionary<string, double> QuickestOf(int launches, int members, Action<PhaseClock> launch)
    {
        var best = new Dictionary<string, double>();
        for (var i = 0; i < launches; i++)
        {
            var clock = new PhaseClock(members);
            launch(clock);
            var phases = clock.Finish();
            best = i == 0 || phases.Values.Sum() < best.Values.Sum() ? phases : best;
        }

        return best;
    }

    /// <summary>Ends the stage before; called while no member is at work.</summary>
    public void Stage(string name)
    {
        var now = Stopwatch.GetTimestamp();
        var wall = Stopwatch.GetElapsedTime(_since, now).TotalMicroseconds;
        var told = new Dictionary<string, long>();
        for (var member = 0; member < _members.Length; member++)
        {
            Close(member, null, now);
            foreach (var (phase, ticks) in _members[member])
            {
                told[phase] = told.GetValueOrDefault(phase) + ticks;
            }

            _members[member].Clear();
        }

        var all = told.Values.Sum();
        foreach (var (phase, share) in all == 0 ? [new(_stage, 1.0)] : told.Select(t => new KeyValuePair<string, double>(t.Key, (double)t.Value / all)))
        {
            _microseconds[phase] = _microseconds.GetValueOrDefault(phase) + (wall * share);
        }

        (_stage, _since) = (name, Stopwatch.GetTimestamp());
    }

    /// <summary>The member is at this phase until it tells another or the stage ends; null: at none.</summary>
    public void Phase(int member, string? phase) => Close(member, phase, Stopwatch.GetTimestamp());

    /// <summary>Microseconds by phase.</summary>
    public Dictionary<string, double> Finish()
    {
        Stage("other");
        if (_microseconds.TryGetValue("other", out var rest) && rest < 0.01 * _microseconds.Values.Sum())
        {
            _microseconds.Remove("other");
        }

        return _microseconds;
    }

    private void Close(int member, string? next, long now)
    {
        var (phase, since) = _current[member];
        if (phase is not null)
        {
            _members[member][phase] = _members[member].GetValueOrDefault(phase) + now - since;
        }

        _current[member] = (next, now);
    }
}
