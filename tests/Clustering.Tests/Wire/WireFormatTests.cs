using System.Text;
using System.Text.Json;
using Akka.Serialization;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;

namespace AttnSweep.Clustering.Tests.Wire;

public sealed class WireFormatTests(ClusterNodeFixture node) : IClassFixture<ClusterNodeFixture>
{
    private static readonly Type[] Messages =
    [
        .. typeof(DispatchProtocol).GetNestedTypes().Where(t => t.IsClass
            && (t.IsAssignableTo(typeof(DispatchProtocol.ICommand)) || t.IsAssignableTo(typeof(DispatchProtocol.IEvent)))),
        typeof(Bundle),
    ];

    public static TheoryData<string> Names => [.. WireExamples.All.Select(m => m.GetType().Name)];

    [Fact]
    public void Every_message_of_the_protocol_has_a_name_and_an_example()
    {
        Assert.Equal(typeof(DispatchProtocol).GetNestedTypes().Where(t => t.IsClass).Append(typeof(Bundle)).OrderBy(t => t.Name), Messages.OrderBy(t => t.Name));
        Assert.Equal(Messages.OrderBy(t => t.Name), WireNames.All.Values.OrderBy(t => t.Name));
        Assert.Equal(Messages.OrderBy(t => t.Name), WireExamples.All.Select(m => m.GetType()).OrderBy(t => t.Name));
        Assert.All(Messages, type => Assert.Equal(type, WireNames.TypeOf(WireNames.NameOf(type)!)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_comes_through_the_real_serializer_as_it_was(string name)
    {
        var message = Example(name);
        var serializer = Assert.IsType<WireSerializer>(node.System.Serialization.FindSerializerFor(message));

        var back = node.System.Serialization.Deserialize(serializer.ToBinary(message), serializer.Identifier, serializer.Manifest(message));

        Assert.IsType(message.GetType(), back);
        Assert.Equivalent(message, back, strict: true);
        Assert.Equal(Json(message), Json(back));
    }

    [Fact]
    public void A_large_report_is_compressed_and_comes_back_to_the_bit()
    {
        double[] samples = [.. Enumerable.Range(1, 1000).Select(i => Math.Sqrt(i) * 100)];
        var chunk = Examples.Chunk() with { Results = [.. Enumerable.Range(1, 20).Select(i => Examples.Ok(i, samples))] };

        var packed = WireFormat.Pack(chunk);
        var back = (DispatchProtocol.ReportChunk)WireFormat.Unpack(packed, typeof(DispatchProtocol.ReportChunk));

        Assert.True(packed.Length < Json(chunk).Length / 2, $"{packed.Length} of {Json(chunk).Length} bytes");
        Assert.All(back.Results, r => Assert.Equal(samples, r.Trials[0].SamplesUs));
    }

    [Fact]
    public void Errors_that_are_no_finite_numbers_travel_too()
    {
        var wrong = Examples.Ok(1) with { Error = new Results.KernelError(64, double.NaN, double.PositiveInfinity, null, double.PositiveInfinity, 1e-6, 0) };
        var back = (DispatchProtocol.ReportChunk)WireFormat.Unpack(WireFormat.Pack(Examples.Chunk() with { Results = [wrong] }), typeof(DispatchProtocol.ReportChunk));
        Assert.Equal(wrong.Error, back.Results[0].Error);
    }

    [Fact]
    public void The_wire_is_the_one_that_was_approved()
    {
        var wire = new StringBuilder();
        foreach (var message in WireExamples.All)
        {
            wire.Append(WireNames.NameOf(message.GetType())).Append('\n').Append(Json(message)).Append("\n\n");
        }

        var approved = Path.Combine(AppContext.BaseDirectory, "Wire", "approved-wire.txt");
        if (wire.ToString() != (File.Exists(approved) ? File.ReadAllText(approved) : ""))
        {
            var received = Path.Combine(AppContext.BaseDirectory, "received-wire.txt");
            File.WriteAllText(received, wire.ToString());
            Assert.Fail($"the wire differs from tests/Clustering.Tests/Wire/approved-wire.txt: nodes of different versions would misunderstand each other. If it is meant, raise the message's number and DispatchProtocol.Version, and copy {received} over it");
        }
    }

    [Fact]
    public void A_message_of_an_unknown_name_is_refused_and_counted()
    {
        var before = WireSerializer.Refused;
        var problem = Assert.Throws<WireFormatException>(() => node.System.Serialization.Deserialize([0, .. "{}"u8], WireSerializer.FixedIdentifier, "dispatch/introduce/2"));
        Assert.Contains("dispatch/introduce/2", problem.Message, StringComparison.Ordinal);
        Assert.True(WireSerializer.Refused > before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\0null")]
    [InlineData("\0{\"epoch\":\"five\"}")]
    [InlineData("\0{}")]
    [InlineData("\u0001not brotli")]
    [InlineData("\u0007{\"epoch\":5}")]
    public void Content_that_is_not_understood_is_refused_naming_the_message(string content)
    {
        var problem = Assert.Throws<WireFormatException>(() => node.System.Serialization.Deserialize(
            Encoding.ASCII.GetBytes(content), WireSerializer.FixedIdentifier, "dispatch/introduction-needed/1"));
        Assert.Contains("IntroductionNeeded", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_oversized_message_is_refused_before_it_is_sent_with_both_sizes()
    {
        var problem = Assert.Throws<WireFormatException>(() => WireFormat.Pack(new DispatchProtocol.TurnedAway(1, new string('x', WireLimits.MessageBytes))));
        Assert.Contains("TurnedAway", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"{WireLimits.MessageBytes}", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_few_bytes_that_unpack_to_very_many_are_refused()
    {
        var bomb = new byte[64 << 10];
        Assert.True(System.IO.Compression.BrotliEncoder.TryCompress(new byte[WireLimits.MessageBytes * 4], bomb.AsSpan(1), out var written, 5, 22));
        bomb[0] = 1;
        var problem = Assert.Throws<WireFormatException>(() => WireFormat.Unpack(bomb.AsSpan(0, written + 1), typeof(DispatchProtocol.TurnedAway)));
        Assert.Contains("does not unpack", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Polymorphic_json_is_rejected_in_both_directions()
    {
        var gadget = Encoding.UTF8.GetBytes("{\"$type\":\"System.IO.FileInfo, System.Private.CoreLib\",\"fileName\":\"/tmp/x\"}");
        var before = RejectJson.Rejected;

        Assert.Throws<WireFormatException>(() => node.System.Serialization.Deserialize(gadget, 1, typeof(object)));
        Assert.Throws<WireFormatException>(() => node.System.Serialization.Deserialize(gadget, 1, "System.IO.FileInfo, System.Private.CoreLib"));
        Assert.True(RejectJson.Rejected >= before + 2);
    }

    [Fact]
    public void What_has_no_place_on_the_wire_is_not_sent() =>
        Assert.ThrowsAny<Exception>(() => node.System.Serialization.Serialize(new { Password = "secret" }));

    [Fact]
    public void Serializers_do_not_need_an_order_of_fields()
    {
        var back = (DispatchProtocol.LeaseLost)WireFormat.Unpack(
            [0, .. "{\"reason\":\"x\",\"later\":1,\"lease\":{\"epoch\":5,\"attempt\":2,\"shardId\":12,\"runId\":3},\"epoch\":5}"u8], typeof(DispatchProtocol.LeaseLost));
        Assert.Equal(new DispatchProtocol.LeaseLost(5, Examples.Lease(), "x"), back);
    }

    private static object Example(string name) => WireExamples.All.Single(m => m.GetType().Name == name);

    private static string Json(object message) => message is Bundle bundle ? Encoding.UTF8.GetString(BundleFormat.Write(bundle)) : JsonSerializer.Serialize(message, message.GetType(), ProtocolJson.Options);
}

file static class SerializationAccess
{
    public static byte[] Serialize(this Serialization serialization, object message) => serialization.FindSerializerFor(message).ToBinary(message);
}
