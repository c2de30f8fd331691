using Akka.Actor;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Wire;

/// <summary>Sends messages to one receiver in as few frames as they fit.</summary>
public static class Envelope
{
    public static void TellAll(this ICanTell receiver, IReadOnlyList<object> messages, IActorRef sender)
    {
        foreach (var packed in Bundle.Of(messages, MessageSize.AtMost, WireLimits.ChunkBytes))
        {
            receiver.Tell(packed, sender);
        }
    }

    /// <summary>Hands the messages of a bundle on one by one, from whoever sent it.</summary>
    public static void Open(this Bundle bundle, IActorRef receiver, IActorRef sender)
    {
        foreach (var message in bundle.Messages)
        {
            receiver.Tell(message, sender);
        }
    }
}
