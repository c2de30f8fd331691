namespace AttnSweep.Clustering.Wire;

/// <summary>
/// Sizes of messages. Equal on every node: a sender drops what is over its own limit, but what is over the receiver's tears the
/// connection down and takes other messages with it.
/// </summary>
public static class WireLimits
{
    /// <summary>The transport's frame.</summary>
    public const int FrameBytes = 4 << 20;

    /// <summary>JSON of one message, before compression. The rest of the frame is Akka's envelope and room.</summary>
    public const int MessageBytes = 3 << 20;

    /// <summary>JSON of the results in one <see cref="Protocol.DispatchProtocol.ReportChunk"/>: what a worker cuts its reports to.</summary>
    public const int ChunkBytes = 1 << 20;

    /// <summary>JSON from this size on is compressed: below it the saving is not worth the call.</summary>
    internal const int CompressFromBytes = 32 << 10;
}
