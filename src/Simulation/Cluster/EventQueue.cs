namespace AttnSweep.Simulation.Cluster;

/// <summary>The virtual clock: what happens next. Events of one moment happen in the order in which they were set.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (double At, long Order)> _events = new();
    private long _order;

    public double Now { get; private set; }

    public long Happened { get; private set; }

    public void After(double seconds, Action happens) => _events.Enqueue(happens, (Now + Math.Max(0, seconds), _order++));

    /// <returns>False when nothing is left to happen.</returns>
    public bool Next()
    {
        if (!_events.TryDequeue(out var happens, out var when))
        {
            return false;
        }

        Now = when.At;
        Happened++;
        happens();
        return true;
    }
}
