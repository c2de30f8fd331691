using Akka.Actor;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Tests.Infrastructure;

/// <summary>Stands before a probe that wants messages one by one, however they travelled.</summary>
internal sealed class Unpacking : ReceiveActor
{
    public Unpacking(IActorRef to)
    {
        Receive<Bundle>(bundle => bundle.Open(to, Sender));
        ReceiveAny(to.Forward);
    }
}
