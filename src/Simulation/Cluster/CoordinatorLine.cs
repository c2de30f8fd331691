using AttnSweep.Simulation.Dispatch;
using AttnSweep.Simulation.Workload;

namespace AttnSweep.Simulation.Cluster;

/// <summary>The way to the coordinator and back: messages take a while, some are lost, and it hears one after the other.</summary>
internal sealed class CoordinatorLine(EventQueue clock, Totals totals, Random random, bool lossy)
{
    /// <summary>A sender without an answer says it again.</summary>
    public const double ResendAfter = 5;

    /// <summary>What a message costs the coordinator, the store's part included.</summary>
    public const double ServiceSeconds = 0.00025;

    private const double Latency = 0.002;
    private const double LossShare = 0.0005;

    private double _busyUntil;
    private double _downUntil;

    /// <summary>Whether this message is lost.</summary>
    public bool Loses() => random.NextDouble() < (lossy ? LossShare : 0);

    /// <summary>Seconds on the way.</summary>
    public double Travel() => Latency * Math.Exp(TruthModel.Gauss(random) * 0.5);

    /// <summary>Nobody answers for so long.</summary>
    public void Break(double seconds) => _downUntil = clock.Now + seconds;

    /// <param name="again">What the sender does when no answer comes.</param>
    public void Send(Action again, Action handle)
    {
        if (Loses())
        {
            clock.After(ResendAfter, again);
            return;
        }

        clock.After(Travel(), () =>
        {
            if (clock.Now < _downUntil)
            {
                clock.After(ResendAfter, again);
                return;
            }

            var begins = Math.Max(clock.Now, _busyUntil);
            totals.LongestWait = Math.Max(totals.LongestWait, begins - clock.Now);
            totals.CoordinatorBusy += ServiceSeconds;
            totals.Messages++;
            _busyUntil = begins + ServiceSeconds;
            clock.After(_busyUntil - clock.Now, handle);
        });
    }
}
