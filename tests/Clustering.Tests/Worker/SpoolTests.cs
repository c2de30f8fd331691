using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;

namespace AttnSweep.Clustering.Tests.Worker;

public sealed class SpoolTests : IDisposable
{
    private static readonly Lease Lease = new(1, 7, 2, 3);

    private readonly string _folder = Directory.CreateTempSubdirectory("spool-").FullName;
    private readonly List<string> _warnings = [];

    [Fact]
    public void A_report_survives_the_process_and_goes_when_it_is_acknowledged()
    {
        using (var spool = Open())
        {
            Assert.True(spool.Keep([Shards.Chunk(Lease, 0, false), Shards.Chunk(Lease, 1, true)]));
        }

        using (var next = Open())
        {
            var left = next.Left();
            Assert.Equal([0, 1], left.Select(c => c.Chunk));
            Assert.Equal(100, left[0].Results[0].CellId);
            next.Forget(Lease, 0);
        }

        using var last = Open();
        Assert.Equal([1], last.Left().Select(c => c.Chunk));
        last.Forget(Lease, 1);
        Assert.Empty(last.Left());
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_death_between_write_and_rename_leaves_nothing()
    {
        using (var spool = Open())
        {
            spool.Keep([Shards.Chunk(Lease, 0, true)]);
        }

        var kept = Path.Combine(_folder, "1-7-2-0.json");
        File.Move(kept, kept + ".part");
        using var next = Open();
        Assert.Empty(next.Left());
        Assert.Equal(["lock"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("{\"worker\":\"w\"")]
    [InlineData("null")]
    [InlineData("")]
    public void A_report_with_a_spoilt_chunk_is_set_aside_whole_and_others_are_not(string content)
    {
        var other = Lease with { ShardId = 70 };
        using (var spool = Open())
        {
            spool.Keep([Shards.Chunk(Lease, 0, false), Shards.Chunk(Lease, 1, true)]);
            spool.Keep([Shards.Chunk(other, 0, true)]);
        }

        File.WriteAllText(Path.Combine(_folder, "1-7-2-0.json"), content);
        using var next = Open();
        Assert.Equal([other], next.Left().Select(c => c.Lease));
        Assert.Contains("1-7-2", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_folder, "1-7-2-*.unreadable").Length);
        Assert.Single(next.Left());
    }

    [Fact]
    public void The_start_of_a_shard_that_was_still_measured_is_kept_and_one_with_a_gap_is_set_aside()
    {
        var gap = Lease with { ShardId = 70 };
        using (var spool = Open())
        {
            spool.Keep([Shards.Chunk(Lease, 0, false)]);
            spool.Keep([Shards.Chunk(Lease, 1, false)]);
            spool.Keep([Shards.Chunk(gap, 0, false), Shards.Chunk(gap, 1, false), Shards.Chunk(gap, 2, true)]);
            spool.Forget(gap, 1);
        }

        using var next = Open();
        Assert.Equal([(Lease, 0), (Lease, 1)], next.Left().Select(c => (c.Lease, c.Chunk)));
        Assert.Contains("1-70-2", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_that_cannot_be_kept_leaves_no_part_of_itself()
    {
        using var spool = Open();
        Directory.CreateDirectory(Path.Combine(_folder, "1-7-2-1.json.part"));
        Assert.False(spool.Keep([Shards.Chunk(Lease, 0, false), Shards.Chunk(Lease, 1, true)]));
        Assert.Empty(Directory.GetFiles(_folder, "*.json"));
        Assert.Contains("shard 7", _warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_worker_on_the_same_spool_is_refused()
    {
        using var first = Open();
        var problem = Assert.Throws<SpoolProblemException>(Open);
        Assert.Contains(_folder, problem.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Spool Open() => new(_folder, _warnings.Add);
}
