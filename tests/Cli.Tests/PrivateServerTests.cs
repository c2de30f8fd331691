using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.PrivateServer;

namespace AttnSweep.Cli.Tests;

public sealed class PrivateServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attnsweep-locks-").FullName;

    [Theory]
    [InlineData("/srv/a", null, false, true, "/srv/a")]
    [InlineData(null, "/srv/xdg", false, true, "/srv/xdg/attnsweep")]
    [InlineData(null, "relative", false, true, "/home/me/.local/share/attnsweep")]
    [InlineData(null, null, false, false, "/home/me/.local/share/attnsweep")]
    [InlineData(null, null, true, false, "/var/lib/attnsweep")]
    [InlineData(null, null, true, true, "/home/me/.local/share/attnsweep")]
    public void The_home_is_where_the_server_can_live(string? asked, string? xdg, bool root, bool reachable, string expected) =>
        Assert.Equal(expected, ServerHome.Choose(Variables(asked, xdg), root, _ => reachable).Folder);

    [Fact]
    public void A_home_that_root_asked_for_and_others_cannot_reach_is_an_error_not_another_folder()
    {
        var problem = Assert.Throws<AskedWronglyException>(() => ServerHome.Choose(Variables("/root/x", null), true, _ => false));
        Assert.Contains("/root/x", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_that_cannot_be_made_is_one_line_that_names_the_variable()
    {
        var file = Path.Combine(_folder, "a-file");
        File.WriteAllText(file, "");
        var problem = Assert.Throws<AskedWronglyException>(() => new PrivateDatabase(new ServerHome(Path.Combine(file, "home")), TextWriter.Null, TimeProvider.System).PrepareFolder());
        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
        Assert.EndsWith("set ATTNSWEEP_HOME to a folder that you may write", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_need_programs_of_the_version_that_made_them()
    {
        PostgresPrograms[] found = [new("/b/18", 18), new("/b/15", 15)];
        Assert.Equal(18, PostgresPrograms.Choose(found, null, "/d")!.Major);
        Assert.Equal(15, PostgresPrograms.Choose(found, 15, "/d")!.Major);
        var problem = Assert.Throws<SystemFailedException>(() => PostgresPrograms.Choose(found, 16, "/d"));
        Assert.Contains("postgresql-16", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_that_are_too_old_are_named_and_none_at_all_is_no_error_yet()
    {
        Assert.Null(PostgresPrograms.Choose([], null, "/d"));
        Assert.Contains("too old", Assert.Throws<SystemFailedException>(() => PostgresPrograms.Choose([new("/b/13", 13)], null, "/d")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_read_from_the_program() => Assert.Equal(15, PostgresPrograms.ParseVersion("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"));

    [Fact]
    public void A_pid_file_tells_process_and_port()
    {
        Assert.Equal(new Postmaster(42, 5433), Postmaster.Parse(["42", "/d", "1700000000", "5433", "", "127.0.0.1"]));
        Assert.Null(Postmaster.Parse(["42"]));
    }

    [Theory]
    [InlineData(true, "/usr/lib/postgresql/15/bin/postgres", "-D", "/d")]
    [InlineData(false, "/usr/lib/postgresql/15/bin/postgres", "-D", "/other")]
    [InlineData(false, "vim", "/d")]
    [InlineData(false)]
    public void Only_a_postmaster_on_this_folder_is_ours(bool ours, params string[] arguments) => Assert.Equal(ours, Postmaster.IsOurs(arguments, "/d"));

    [Theory]
    [InlineData("initdb: error: could not create directory \"/d\": No space left on device", "is full")]
    [InlineData("FATAL:  could not extend file \"base/1/2691\": wrote only 4096 of 8192 bytes at block 20", "is full")]
    [InlineData("noise\nFATAL:  something else\nnoise", "FATAL:  something else")]
    [InlineData("", "no reason was given")]
    public void What_a_server_wrote_becomes_one_line(string text, string expected)
    {
        var line = ServerMessages.Explain("making it", "/d", text);
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Contains("/d", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public async Task The_last_user_and_only_the_last_gets_the_exclusive_lock()
    {
        var path = Path.Combine(_folder, "users.lock");
        var first = await LockFile.SharedAsync(path, TimeProvider.System, TestContext.Current.CancellationToken);
        var second = await LockFile.SharedAsync(path, TimeProvider.System, TestContext.Current.CancellationToken);
        first.Dispose();
        Assert.Null(LockFile.TryExclusive(path));
        second.Dispose();
        using var last = LockFile.TryExclusive(path);
        Assert.NotNull(last);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Func<string, string?> Variables(string? home, string? xdg) =>
        name => name switch { "ATTNSWEEP_HOME" => home, "XDG_DATA_HOME" => xdg, "HOME" => "/home/me", _ => null };
}
