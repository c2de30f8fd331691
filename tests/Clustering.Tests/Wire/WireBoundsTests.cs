using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Tests.Wire;

public sealed class WireBoundsTests
{
    public static TheoryData<string, object> TooMuch => new()
    {
        { "worker", new Farewell(new string('w', WireBounds.Name + 1), "i") },
        { "incarnation", new Farewell("w", null!) },
        { "devices", Examples.Introduction() with { Devices = [.. Enumerable.Repeat(Examples.Cpu, WireBounds.Devices + 1)] } },
        { "leases", Examples.Introduction() with { Holding = [.. Enumerable.Repeat(Examples.Lease(), WireBounds.Leases + 1)] } },
        { "node", Examples.Introduction() with { Node = null! } },
        { "leases", new RenewLeases("w", "i", [.. Enumerable.Repeat(new LeaseProgress(Examples.Lease(), "d", null, 0), WireBounds.Leases + 1)]) },
        { "lease", new RenewLeases("w", "i", [new LeaseProgress(null!, "d", null, 0)]) },
        { "results", Examples.Chunk() with { Results = [.. Enumerable.Range(0, WireBounds.Cells + 1).Select(i => Examples.OutOfMemory(i))] } },
        { "result", Examples.Chunk() with { Results = [null!] } },
        { "trials", Examples.Chunk() with { Results = [Examples.Ok(1) with { Trials = [.. Enumerable.Repeat(Examples.Ok(1).Trials[0], WireBounds.Trials + 1)] }] } },
        { "chunk", Examples.Chunk(chunk: -1) },
        { "detail", Examples.Returned() with { Detail = new string('x', WireBounds.Text + 1) } },
        { "lease", new ChunkRecorded(1, null!, 0) },
        { "reason", new TurnedAway(1, new string('x', WireBounds.Text + 1)) },
        { "cells", new ShardGranted(1, "d", Examples.Work(cells: [.. Enumerable.Repeat(new CellWork(1, Examples.TopK, 60), WireBounds.Cells + 1)]), TimeSpan.Zero) },
        { "input", new ShardGranted(1, "d", Examples.Work() with { Input = null! }, TimeSpan.Zero) },
        { "lease", new Bundle([new Farewell("w", "i"), new ChunkRecorded(1, null!, 0)]) },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(TooMuch))]
    public void A_message_that_holds_too_much_or_too_little_is_refused_and_told_what(string what, object message)
    {
        var problem = Assert.Throws<WireFormatException>(() => WireFormat.Unpack(WireFormat.Pack(message), message.GetType()));
        Assert.Contains(what, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_nodes_say_keeps_to_the_bounds() => Assert.All(WireExamples.All, message => Assert.Null(WireBounds.WhyRefused(message)));

    [Fact]
    public void Bundles_hold_a_bounded_number_of_known_messages_and_no_bundles()
    {
        var farewell = new Farewell("w", "i");
        Assert.Throws<WireFormatException>(() => WireFormat.Pack(new Bundle([])));
        Assert.Throws<WireFormatException>(() => WireFormat.Pack(new Bundle([new Bundle([farewell])])));
        Assert.Throws<WireFormatException>(() => WireFormat.Pack(new Bundle([.. Enumerable.Repeat(farewell, Bundle.MostMessages + 1)])));
        foreach (var hostile in (string[])["[]", "{}", "[\"dispatch/bundle/1\",[]]", "[\"System.IO.FileInfo\",{}]", "[\"dispatch/farewell/1\"]", "[1,{}]", "[\"dispatch/farewell/1\",{}] 1"])
        {
            Assert.Throws<WireFormatException>(() => WireFormat.Unpack([0, .. System.Text.Encoding.UTF8.GetBytes(hostile)], typeof(Bundle)));
        }
    }

    [Fact]
    public void Messages_are_bundled_in_order_within_the_frame_and_a_large_one_goes_alone()
    {
        object[] messages = [1, 2, 9, 3, 4];
        var packed = Bundle.Of(messages, size => (int)size, mostBytes: 7).ToList();
        Assert.Equal(new object[] { 1, 2 }, Assert.IsType<Bundle>(packed[0]).Messages);
        Assert.Equal(9, packed[1]);
        Assert.Equal(new object[] { 3, 4 }, Assert.IsType<Bundle>(packed[2]).Messages);
        Assert.Equal(2, Bundle.Of([.. Enumerable.Repeat<object>(0, Bundle.MostMessages + 1)], _ => 0, 7).Count());
        Assert.Empty(Bundle.Of([], _ => 0, 7));
    }

    [Fact]
    public void No_message_is_larger_than_its_bound_says() => Assert.All(WireExamples.All.Append(Examples.Chunk() with
    {
        Results = [.. Enumerable.Range(0, 60).Select(i => Examples.Ok(i, [.. Enumerable.Range(1, 500).Select(s => Math.Sqrt(s) * 1e-7)]))],
    }), message => Assert.InRange(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), ProtocolJson.Options).Length, 1, MessageSize.AtMost(message)));
}
