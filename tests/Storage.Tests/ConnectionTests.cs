using AttnSweep.Storage.Connections;
using AttnSweep.Tests.Infrastructure;
using Npgsql;

namespace AttnSweep.Tests;

/// <summary>Connection strings, and what a person reads when one does not work.</summary>
public sealed class ConnectionTests(PostgresFixture postgres)
{
    [Fact]
    public void A_url_says_the_same_as_the_pairs()
    {
        var url = ConnectionStrings.Parse("postgresql://us%40er:p%3Aw%2F@db.lab:5433/sweeps?sslmode=verify-full&connect_timeout=7");
        Assert.Equal(
            ("db.lab", 5433, "sweeps", "us@er", "p:w/", SslMode.VerifyFull, 7),
            (url.Host, url.Port, url.Database, url.Username, url.Password, url.SslMode, url.Timeout));
        Assert.Equal(5432, ConnectionStrings.Parse("postgres://db.lab/sweeps").Port);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("Database=x", "names no host")]
    [InlineData("Host=x;Passwrd=secret", "cannot be understood")]
    [InlineData("nonsense secret", "cannot be understood")]
    [InlineData("postgresql://u:secret@h/d?colour=blue", "'colour'")]
    [InlineData("postgresql://u:secret@h:port/d", "cannot be understood")]
    public void A_wrong_connection_string_is_explained_without_its_password(string text, string expected)
    {
        var problem = Assert.Throws<ConnectionStringProblemException>(() => new Database(text, DatabaseRole.App));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_and_a_database_that_is_not_there_are_named()
    {
        // Port 1 of loopback: nothing listens there, and only a privileged process could.
        await using var nobody = new Database("Host=127.0.0.1;Port=1;Username=u;Password=secret;Database=d", DatabaseRole.App);
        var refused = await Assert.ThrowsAsync<DatabaseProblemException>(() => nobody.OpenAsync(CancellationToken.None));
        Assert.StartsWith("no PostgreSQL server answers at 127.0.0.1:1", refused.Message, StringComparison.Ordinal);
        var migrating = await Assert.ThrowsAsync<DatabaseProblemException>(
            () => Migrator.MigrateAsync("Host=127.0.0.1;Port=1;Username=u;Password=secret;Database=d", CancellationToken.None));
        Assert.StartsWith("no PostgreSQL server answers at 127.0.0.1:1", migrating.Message, StringComparison.Ordinal);

        await using var missing = new Database(
            new NpgsqlConnectionStringBuilder(postgres.Server.ConnectionString) { Database = "not_there" }.ConnectionString, DatabaseRole.Reader);
        var unknown = await Assert.ThrowsAsync<DatabaseProblemException>(() => missing.OpenAsync(CancellationToken.None));
        Assert.Contains("has no database 'not_there'", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_without_the_roles_is_told_so_and_one_that_owns_the_database_can_migrate_it()
    {
        var admin = new NpgsqlConnectionStringBuilder(postgres.Server.ConnectionString) { Pooling = false };
        var suffix = Guid.NewGuid().ToString("N")[..12];
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync();
        async Task Execute(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }

        await Execute($"CREATE ROLE owner_{suffix} LOGIN CREATEROLE PASSWORD 'x'");
        await Execute($"CREATE ROLE stranger_{suffix} LOGIN PASSWORD 'x'");
        await Execute($"CREATE DATABASE plain_{suffix} OWNER owner_{suffix}");
        string As(string login) => new NpgsqlConnectionStringBuilder(admin.ConnectionString)
        {
            Username = login,
            Password = "x",
            Database = $"plain_{suffix}",
        }.ConnectionString;
        try
        {
            var stranger = await Assert.ThrowsAsync<DatabaseProblemException>(() => Migrator.MigrateAsync(As($"stranger_{suffix}"), CancellationToken.None));
            Assert.Contains("may not migrate", stranger.Message, StringComparison.Ordinal);
            if (connection.PostgreSqlVersion.Major >= 16)
            {
                // From 16 on, CREATEROLE reaches only roles that one created oneself, and here another database's migration was first.
                await Execute($"GRANT attnsweep_owner, attnsweep_app, attnsweep_reader TO owner_{suffix}");
            }

            Assert.NotEmpty(await Migrator.MigrateAsync(As($"owner_{suffix}"), CancellationToken.None));
            await using var app = new Database(As($"owner_{suffix}"), DatabaseRole.App);
            await using (await app.OpenAsync(CancellationToken.None))
            {
            }

            await using var refused = new Database(As($"stranger_{suffix}"), DatabaseRole.App);
            var problem = await Assert.ThrowsAsync<DatabaseProblemException>(() => refused.OpenAsync(CancellationToken.None));
            Assert.Contains($"the user 'stranger_{suffix}' may not take AttnSweep's roles", problem.Message, StringComparison.Ordinal);
        }
        finally
        {
            await Execute($"DROP DATABASE plain_{suffix} WITH (FORCE)");
            await Execute($"DROP ROLE owner_{suffix}");
            await Execute($"DROP ROLE stranger_{suffix}");
        }
    }
}
