using System.Text.Json;
using AttnSweep.Clustering.Tests.Infrastructure;
using AttnSweep.Protocol;
using AttnSweep.Worker.Reports;

namespace AttnSweep.Clustering.Tests.Reports;

public sealed class SpoolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_kept_outlives_the_process_whole_and_in_order()
    {
        var chunks = new[]
        {
            Examples.Chunk(Examples.Lease(1), 0, false), Examples.Chunk(Examples.Lease(1), 1, false), Examples.Chunk(Examples.Lease(1), 10),
            Examples.Chunk(Examples.Lease(2, 1)), Examples.Chunk(Examples.Lease(2, 2)),
        };
        using (var spool = new Spool(_folder.Path))
        {
            foreach (var chunk in chunks.Reverse())
            {
                spool.Keep(chunk);
            }
        }

        Assert.Equal(chunks.Select(Json), Left().Select(Json));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void What_was_forgotten_is_gone_and_forgetting_it_again_does_no_harm()
    {
        using (var spool = new Spool(_folder.Path))
        {
            spool.Keep(Examples.Chunk(chunk: 0, final: false));
            spool.Keep(Examples.Chunk(chunk: 1));
            spool.Forget(Examples.Lease(), 0);
            spool.Forget(Examples.Lease(), 0);
        }

        Assert.Equal([1], Left().Select(c => c.Chunk));
    }

    [Fact]
    public void The_same_chunk_kept_twice_is_left_once()
    {
        using (var spool = new Spool(_folder.Path))
        {
            spool.Keep(Examples.Chunk());
            spool.Keep(Examples.Chunk());
        }

        Assert.Single(Left());
    }

    [Fact]
    public void A_crash_between_the_write_and_the_rename_leaves_nothing()
    {
        File.WriteAllText(_folder["3-12-2-0.json.part"], Json(Examples.Chunk())[..50]);

        Assert.Empty(Left());
        Assert.Empty(_folder.Names("*.part"));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{ \"worker\": \"lab-1\" }")]
    [InlineData("{ \"worker\": \"lab-1\", \"incarnation\": \"a\", \"lea")]
    public void An_unreadable_file_is_set_aside_and_told_while_the_others_are_read(string content)
    {
        using (var spool = new Spool(_folder.Path))
        {
            spool.Keep(Examples.Chunk());
        }

        File.WriteAllText(_folder["3-99-1-0.json"], content);

        Assert.Equal([12L], Left().Select(c => c.Lease.ShardId));
        Assert.Contains("3-99-1-0.json.unreadable", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.Equal(["3-99-1-0.json.unreadable"], _folder.Names("*.unreadable"));
        Assert.Equal(content, File.ReadAllText(_folder["3-99-1-0.json.unreadable"]));
    }

    [Fact]
    public void A_second_owner_is_refused_in_one_clear_line_until_the_first_ends()
    {
        using (new Spool(_folder.Path))
        {
            var problem = Assert.Throws<SpoolProblemException>(() => new Spool(_folder.Path));
            Assert.Contains(_folder.Path, problem.Message, StringComparison.Ordinal);
            Assert.Contains("another worker", problem.Message, StringComparison.Ordinal);
        }

        new Spool(_folder.Path).Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_in_one_line()
    {
        File.WriteAllText(_folder["file"], "");
        var problem = Assert.Throws<SpoolProblemException>(() => new Spool(Path.Combine(_folder["file"], "spool")));
        Assert.Contains("cannot be used", problem.Message, StringComparison.Ordinal);
    }

    private static string Json(DispatchProtocol.ReportChunk chunk) => JsonSerializer.Serialize(chunk, ProtocolJson.Options);

    private IReadOnlyList<DispatchProtocol.ReportChunk> Left()
    {
        using var spool = new Spool(_folder.Path);
        return spool.Left(_warnings.Add);
    }
}
