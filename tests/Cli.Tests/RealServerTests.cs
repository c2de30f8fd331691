using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AttnSweep.Cli.CommandLine;
using AttnSweep.Cli.Commands;
using AttnSweep.Cli.PrivateServer;
using Npgsql;

namespace AttnSweep.Cli.Tests;

/// <summary>Real servers: these need PostgreSQL's programs.</summary>
[Trait("Category", "slow")]
public sealed class RealServerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_command_makes_a_safe_server_the_last_user_stops_it_and_the_data_stay()
    {
        await using var temporary = new TemporaryServer();
        var first = await temporary.OpenAsync();
        Assert.Equal("on", await TemporaryServer.AskAsync(first, "SHOW data_checksums"));
        Assert.Equal("127.0.0.1", await TemporaryServer.AskAsync(first, "SHOW listen_addresses"));
        Assert.StartsWith("SCRAM-SHA-256", await TemporaryServer.AskAsync(first, "SELECT rolpassword FROM pg_authid WHERE rolname = current_user"), StringComparison.Ordinal);
        Assert.Equal("0", await TemporaryServer.AskAsync(first, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(temporary.Home.PasswordFile));
        await TemporaryServer.AskAsync(first, "CREATE TABLE kept AS SELECT 7 AS x");

        var second = await temporary.OpenAsync();
        await first.DisposeAsync();
        Assert.Equal("7", await TemporaryServer.AskAsync(second, "SELECT x FROM kept"));
        await second.DisposeAsync();
        Assert.Null(temporary.Running);

        await using var later = await temporary.OpenAsync();
        Assert.Equal("7", await TemporaryServer.AskAsync(later, "SELECT x FROM kept"));
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await using var temporary = new TemporaryServer();
        await using var access = await temporary.OpenAsync();
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(access.ConnectionString) { Password = "guess", Pooling = false }.ConnectionString);
        Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Ct))).SqlState);
    }

    [Fact]
    public async Task A_killed_postmaster_recovers_at_the_next_use()
    {
        await using var temporary = new TemporaryServer();
        await using (var access = await temporary.OpenAsync())
        {
            await TemporaryServer.AskAsync(access, "CREATE TABLE kept AS SELECT 7 AS x");
            using var postmaster = Process.GetProcessById(temporary.Running!.ProcessId);
            postmaster.Kill();
            await postmaster.WaitForExitAsync(Ct);
        }

        Assert.True(File.Exists(Path.Combine(temporary.Home.Data, "postmaster.pid")));
        await using var next = await temporary.OpenAsync();
        Assert.Equal("7", await TemporaryServer.AskAsync(next, "SELECT x FROM kept"));
    }

    [Fact]
    public async Task A_stale_file_that_names_a_stranger_neither_stops_the_start_nor_harms_the_stranger()
    {
        await using var temporary = new TemporaryServer();
        await (await temporary.OpenAsync()).DisposeAsync();
        using var stranger = Process.Start(new ProcessStartInfo("sleep", ["300"]))!;
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(temporary.Home.Data, "postmaster.pid"), $"{stranger.Id}\n{temporary.Home.Data}\n1700000000\n5439\n\n127.0.0.1\n 1 999999999\nready   \n", Ct);
            await (await temporary.OpenAsync()).DisposeAsync();
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task A_server_that_a_killed_command_left_is_adopted_and_stopped_by_the_next()
    {
        await using var temporary = new TemporaryServer();
        var server = new PrivateDatabase(temporary.Home, temporary.Error, TimeProvider.System);
        server.PrepareFolder();
        await server.StartAsync(Ct);
        var left = temporary.Running!.ProcessId;
        await using (await temporary.OpenAsync())
        {
            Assert.Equal(left, temporary.Running!.ProcessId);
        }

        Assert.Null(temporary.Running);
    }

    [Fact]
    public async Task A_taken_port_is_left_alone_and_another_is_picked()
    {
        await using var temporary = new TemporaryServer();
        await (await temporary.OpenAsync()).DisposeAsync();
        var remembered = int.Parse(await File.ReadAllTextAsync(temporary.Home.PortFile, Ct), CultureInfo.InvariantCulture);
        using var other = new TcpListener(IPAddress.Loopback, remembered);
        other.Start();
        await using var access = await temporary.OpenAsync();
        Assert.NotEqual(remembered, new NpgsqlConnectionStringBuilder(access.ConnectionString).Port);
        Assert.Equal("1", await TemporaryServer.AskAsync(access, "SELECT 1"));
    }

    [Fact]
    public async Task An_interrupted_first_start_leaves_nothing_and_wreckage_of_a_killed_one_is_removed()
    {
        await using var temporary = new TemporaryServer();
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var initdbIsAtWork = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(temporary.Home.Folder)!) { IncludeSubdirectories = true, NotifyFilter = NotifyFilters.DirectoryName };
        watcher.Created += (_, made) =>
        {
            if (made.Name?.Split(Path.DirectorySeparatorChar) is [.., ['i', 'n', 'i', 't', 'i', 'a', 'l', '-', ..], "data"])
            {
                initdbIsAtWork.TrySetResult();
            }
        };
        watcher.EnableRaisingEvents = true;

        // As soon as initdb is at work, however slow the machine is.
        var starting = temporary.OpenAsync(interrupt.Token);
        await (await Task.WhenAny(initdbIsAtWork.Task, starting).WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, Ct));
        Assert.False(starting.IsCompleted);
        await interrupt.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        Assert.Empty(Directory.GetDirectories(temporary.Home.Folder));

        var wreckage = Directory.CreateDirectory(Path.Combine(temporary.Home.Folder, "initial-0123abcd", "data", "base")).FullName;
        await using var access = await temporary.OpenAsync();
        Assert.False(Directory.Exists(wreckage));
        Assert.Equal([temporary.Home.Data], Directory.GetDirectories(temporary.Home.Folder));
    }

    [Fact]
    public async Task Two_first_commands_at_once_make_one_server()
    {
        await using var temporary = new TemporaryServer();
        var both = await Task.WhenAll(temporary.OpenAsync(), temporary.OpenAsync());
        Assert.Equal(both[0].ConnectionString, both[1].ConnectionString);
        await Task.WhenAll(both.Select(access => access.DisposeAsync().AsTask()));
        Assert.Null(temporary.Running);
    }

    [Fact]
    public async Task A_kept_server_stays_until_stop_and_destroy_refuses_while_it_is_used()
    {
        await using var temporary = new TemporaryServer();
        Assert.Equal(ExitCodes.Ok, await DbCommand.StartAsync(temporary.Around, temporary.Home, Ct));
        await using (await temporary.OpenAsync())
        {
            await Assert.ThrowsAsync<SystemFailedException>(() => DbCommand.DestroyAsync(temporary.Around, temporary.Home, Ct));
        }

        Assert.NotNull(temporary.Running);
        Assert.Equal(ExitCodes.Ok, await DbCommand.StopAsync(temporary.Around, temporary.Home, Ct));
        Assert.Null(temporary.Running);
        Directory.CreateDirectory(Path.Combine(temporary.Home.Spool, "local-1"));
        Assert.Equal(ExitCodes.Ok, await DbCommand.DestroyAsync(temporary.Around, temporary.Home, Ct));
        Assert.Empty(Directory.GetDirectories(temporary.Home.Folder));
        Assert.False(File.Exists(temporary.Home.PasswordFile));
    }

    [Fact]
    public async Task Data_of_another_major_version_are_refused_and_left_alone()
    {
        await using var temporary = new TemporaryServer();
        await (await temporary.OpenAsync()).DisposeAsync();
        var version = Path.Combine(temporary.Home.Data, "PG_VERSION");
        var real = await File.ReadAllTextAsync(version, Ct);
        await File.WriteAllTextAsync(version, "9\n", Ct);
        var problem = await Assert.ThrowsAsync<SystemFailedException>(temporary.OpenAsync);
        Assert.Contains("were made by PostgreSQL 9", problem.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(version, real, Ct);
        await (await temporary.OpenAsync()).DisposeAsync();
    }

    [Fact]
    public void A_closed_parent_folder_is_refused_to_root_and_no_matter_to_its_owner()
    {
        var closed = Directory.CreateTempSubdirectory("attnsweep-closed-").FullName;
        try
        {
            string? Variable(string name) => name == ServerHome.Variable ? Path.Combine(closed, "home") : null;
            var problem = Assert.Throws<AskedWronglyException>(() => ServerHome.Choose(Variable, isRoot: true, ServerHome.CanOthersReach));
            Assert.Contains(closed, problem.Message, StringComparison.Ordinal);
            Assert.Equal(Path.Combine(closed, "home"), ServerHome.Choose(Variable, isRoot: false, ServerHome.CanOthersReach).Folder);
            Assert.False(Directory.Exists(Path.Combine(closed, "home")));
        }
        finally
        {
            Directory.Delete(closed, recursive: true);
        }
    }

    [Fact]
    public async Task A_full_disk_is_one_clear_line_without_wreckage_and_with_room_the_next_start_works()
    {
        var folder = Directory.CreateTempSubdirectory("attnsweep-full-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        var disk = Directory.CreateDirectory(Path.Combine(folder, "disk")).FullName;
        try
        {
            var mounted = Environment.IsPrivilegedProcess && await RunAsync("mount", "-t", "tmpfs", "-o", "size=12m,mode=0711", "tmpfs", disk) == 0;
            Assert.SkipWhen(!mounted && Environment.GetEnvironmentVariable("CI") != "true", "mounting a small disk needs root and the right to mount");
            Assert.True(mounted, "this test mounts a small disk, which needs root and the right to mount");
            try
            {
                await using var temporary = new TemporaryServer(disk);
                var problem = await Assert.ThrowsAsync<SystemFailedException>(temporary.OpenAsync);
                Assert.Contains($"the disk that holds {disk} is full", problem.Message, StringComparison.Ordinal);
                Assert.Empty(Directory.GetDirectories(disk));

                Assert.Equal(0, await RunAsync("mount", "-o", "remount,size=300m", disk));
                await using var access = await temporary.OpenAsync();
                Assert.Equal("1", await TemporaryServer.AskAsync(access, "SELECT 1"));
            }
            finally
            {
                await RunAsync("umount", disk);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Ct);
        return process.ExitCode;
    }
}
