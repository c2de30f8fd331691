using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Clustering.Tests.Wire;
using AttnSweep.Clustering.Wire;
using AttnSweep.Protocol;
using Npgsql;
using static AttnSweep.Protocol.DispatchProtocol;

namespace AttnSweep.Clustering.Tests.Conversations;

/// <summary>A stranger on the wire while a run goes on: it must finish as if nobody had been there.</summary>
[Trait("Category", "slow")]
public sealed class HostileWireTests(CoordinatorFixture cluster) : IClassFixture<CoordinatorFixture>
{
    private const int Messages = 100_000;
    private const int Shards = 25;

    [Fact(Timeout = 400_000)]
    public async Task A_hundred_thousand_mutated_and_hostile_messages_change_nothing_for_a_run_that_goes_on()
    {
        for (var i = 0; i < Shards; i++)
        {
            await cluster.SubmitAsync();
        }

        var refused = WireSerializer.Refused + RejectJson.Rejected;
        using var stranger = ActorSystem.Create("stranger", ConfigurationFactory.ParseString(
            $$"""
            akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            akka.actor.serializers { ours = "{{typeof(AsOurs).AssemblyQualifiedName}}", json = "{{typeof(AsJson).AssemblyQualifiedName}}" }
            akka.actor.serialization-bindings { "{{typeof(OurBytes).AssemblyQualifiedName}}" = ours, "{{typeof(JsonBytes).AssemblyQualifiedName}}" = json }
            """));
        var attack = Task.Run(() => AttackAsync(stranger));

        var voice = cluster.Speak();
        var me = Examples.Introduction("honest", "honest/1") with { Node = Examples.Node with { Worker = "honest" }, Holding = [] };
        await voice.AskAsync<Welcomed>(me);
        await MeasureAsync(voice, Shards);
        Assert.Equal(Messages, await attack);
        await cluster.SubmitAsync();
        await MeasureAsync(voice, 1);

        Assert.Equal(Shards + 1, await CountAsync("SELECT count(*) FROM shards WHERE state = 'done' AND attempt = 1"));
        Assert.Equal(2 * (Shards + 1), await CountAsync("SELECT count(*) FROM results"));
        Assert.Equal(Shards + 1, await CountAsync("SELECT count(*) FROM attempts WHERE worker = 'honest' AND ending = 'done'"));
        Assert.Equal(Shards + 1, await CountAsync("SELECT count(*) FROM attempts"));
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM coordinators"));
        Assert.True(WireSerializer.Refused + RejectJson.Rejected - refused >= Messages / 10, $"only {WireSerializer.Refused + RejectJson.Rejected - refused} messages were refused");
    }

    /// <summary>As a worker does: asks at a pace, and reports whatever it was granted until that is acknowledged.</summary>
    private static async Task MeasureAsync(Voice voice, int shards)
    {
        var works = new Dictionary<Lease, ShardWork>();
        var recorded = new HashSet<Lease>();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(0.2), TimeProvider.System);
        while (recorded.Count < shards)
        {
            voice.Say(new RequestShard("honest", "honest/1", Examples.Device));
            await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            foreach (var heard in voice.Heard())
            {
                if (heard is ShardGranted granted)
                {
                    works[granted.Work.Lease] = granted.Work;
                }
                else if (heard is ChunkRecorded done)
                {
                    recorded.Add(done.Lease);
                }
            }

            foreach (var work in works.Values.Where(w => !recorded.Contains(w.Lease)))
            {
                voice.Say(new ReportChunk(
                    "honest", "honest/1", work.Lease, Examples.Device, 0, true, [Examples.Ok(work.Cells[0].CellId), Examples.OutOfMemory(work.Cells[1].CellId)], Examples.Sparsity));
            }
        }
    }

    /// <summary>Changes of every message of the protocol, names and types that nobody knows; the same ones in every run.</summary>
    private async Task<int> AttackAsync(ActorSystem stranger)
    {
        var random = new Random(7);
        // An introduction that is right in everything would be a worker: keeping those out is what certificates are for (TlsClusterTests).
        var examples = WireExamples.All.Select(message => message is Introduce introduction ? introduction with { ProtocolVersion = 77 } : message).Select(message => (Name: WireNames.NameOf(message.GetType())!, Bytes: WireFormat.Pack(message))).ToList();
        var targets = cluster.Addresses.SelectMany(address => new[] { "/user/coordinator/coordinator", "/user/coordinator", "/user" }
            .Select(path => stranger.ActorSelection(address + path))).ToList();
        for (var sent = 0; sent < Messages; sent++)
        {
            var (name, bytes) = examples[random.Next(examples.Count)];
            targets[random.Next(targets.Count)].Tell(random.Next(10) switch
            {
                0 => new OurBytes(name, []),
                1 => new OurBytes("dispatch/" + random.Next(), bytes),
                2 => new OurBytes("System.IO.FileInfo, System.Private.CoreLib", "\0{}"u8.ToArray()),
                3 => new JsonBytes(Encoding.UTF8.GetBytes($"{{\"$type\":\"System.IO.FileInfo, System.Private.CoreLib\",\"fileName\":\"/tmp/{sent}\"}}")),
                4 => new OurBytes(name, [0, .. Encoding.UTF8.GetBytes($"{{\"$type\":\"System.IO.FileInfo\",\"worker\":\"{new string('w', random.Next(2000))}\"}}")]),
                5 => new OurBytes(name, bytes[..random.Next(bytes.Length)]),
                6 => new OurBytes("dispatch/bundle/1", [0, .. Encoding.UTF8.GetBytes($"[\"{name}\",{new string('[', random.Next(60))}")]),
                7 => new OurBytes(examples[random.Next(examples.Count)].Name, bytes),
                _ => new OurBytes(name, Changed(bytes, random)),
            });
            if (sent % 500 == 499)
            {
                // A transport that is filled faster than it is emptied only drops what is to be tried.
                await Task.Yield();
            }
        }

        return Messages;
    }

    private static byte[] Changed(byte[] bytes, Random random)
    {
        var changed = bytes.ToArray();
        for (var i = 0; i <= random.Next(4); i++)
        {
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
        }

        return changed;
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(cluster.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private sealed record OurBytes(string Name, byte[] Bytes);

    private sealed record JsonBytes(byte[] Bytes);

    private sealed class AsOurs(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        public override int Identifier => WireSerializer.FixedIdentifier;

        public override string Manifest(object o) => ((OurBytes)o).Name;

        public override byte[] ToBinary(object obj) => ((OurBytes)obj).Bytes;

        public override object FromBinary(byte[] bytes, string manifest) => manifest;
    }

    private sealed class AsJson : SerializerWithStringManifest
    {
        /// <summary>Akka makes the serializer that it calls json with this constructor.</summary>
        public AsJson(ExtendedActorSystem system, Config config)
            : base(system) => _ = config;

        public override int Identifier => 1;

        public override string Manifest(object o) => "System.IO.FileInfo, System.Private.CoreLib";

        public override byte[] ToBinary(object obj) => ((JsonBytes)obj).Bytes;

        public override object FromBinary(byte[] bytes, string manifest) => manifest;
    }
}
