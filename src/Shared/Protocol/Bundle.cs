namespace AttnSweep.Protocol;

/// <summary>
/// Several messages of <see cref="DispatchProtocol"/> to one receiver in one frame: a message costs the transport far more than its bytes.
/// It means no more than its messages one after the other.
/// </summary>
/// <param name="Messages">Commands or events; never bundles.</param>
public sealed record Bundle(IReadOnlyList<object> Messages)
{
    /// <summary>More are refused by the receiver.</summary>
    public const int MostMessages = 256;

    /// <summary>
    /// Packs messages for one receiver: bundles no larger than a frame takes, in their order, and a message alone as itself.
    /// </summary>
    /// <param name="bytesOf">At most how many bytes a message takes on the wire.</param>
    /// <param name="mostBytes">Of one bundle; a larger message goes alone.</param>
    public static IEnumerable<object> Of(IReadOnlyList<object> messages, Func<object, long> bytesOf, long mostBytes)
    {
        var begin = 0;
        var filled = 0L;
        for (var i = 0; i < messages.Count; i++)
        {
            var size = bytesOf(messages[i]);
            if (i > begin && (filled + size > mostBytes || i - begin == MostMessages))
            {
                yield return Packed(messages, begin, i);
                (begin, filled) = (i, 0);
            }

            filled += size;
        }

        if (begin < messages.Count)
        {
            yield return Packed(messages, begin, messages.Count);
        }
    }

    private static object Packed(IReadOnlyList<object> messages, int begin, int end) =>
        end - begin == 1 ? messages[begin] : new Bundle([.. messages.Skip(begin).Take(end - begin)]);
}
