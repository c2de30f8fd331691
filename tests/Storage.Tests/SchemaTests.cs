using AttnSweep.Sparsity;
using AttnSweep.Storage.Connections;
using AttnSweep.Storage.Sql;
using AttnSweep.Tests.Infrastructure;
using Dapper;
using Npgsql;

namespace AttnSweep.Tests;

/// <summary>Migrations, roles, constraints and the words beside them.</summary>
public sealed class SchemaTests(PostgresFixture postgres)
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Two_migrations_at_once_both_succeed_and_each_script_runs_once()
    {
        var database = await postgres.Server.CreateDatabaseAsync();
        var ran = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Migrator.MigrateAsync(database, None)));

        var expected = SqlFiles.Folder("migrations").Count + SqlFiles.Folder("views").Count;
        Assert.Equal([0, 0, expected], ran.Select(scripts => scripts.Count).Order());
        await postgres.Server.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Databases_of_one_server_are_migrated_at_the_same_moment()
    {
        var databases = new[] { await postgres.Server.CreateDatabaseAsync(), await postgres.Server.CreateDatabaseAsync(), await postgres.Server.CreateDatabaseAsync() };
        var ran = await Task.WhenAll(databases.Select(database => Migrator.MigrateAsync(database, None)));
        Assert.All(ran, scripts => Assert.NotEmpty(scripts));
        foreach (var database in databases)
        {
            await postgres.Server.DropDatabaseAsync(database);
        }
    }

    [Fact]
    public async Task A_view_made_from_another_file_is_made_anew()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.ExecuteAsync("UPDATE view_files SET digest = 'of another version'; DROP VIEW v_trials; DROP VIEW v_events");
        Assert.Equal(SqlFiles.Folder("views").Select(file => file.Name), await Migrator.MigrateAsync(store.ConnectionString, None));
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM v_trials"));
        Assert.Empty(await Migrator.MigrateAsync(store.ConnectionString, None));
    }

    [Fact]
    public async Task A_database_without_schema_or_of_another_version_is_refused_with_what_to_do()
    {
        var empty = await postgres.Server.CreateDatabaseAsync();
        await using (var database = new Database(empty, DatabaseRole.App))
        {
            Assert.Contains("attnsweep migrate", (await Assert.ThrowsAsync<DatabaseProblemException>(() => database.OpenAsync(None))).Message, StringComparison.Ordinal);
        }

        await postgres.Server.DropDatabaseAsync(empty);

        await using var store = await Store.CreateAsync(postgres);
        await store.ExecuteAsync("INSERT INTO migrations (scriptname, applied) VALUES ('9999_from_the_future.sql', now())");
        var opening = await Assert.ThrowsAsync<DatabaseProblemException>(() => store.App.OpenAsync(None));
        Assert.Contains("newer than this program (it has 9999_from_the_future.sql)", opening.Message, StringComparison.Ordinal);
        var migrating = await Assert.ThrowsAsync<DatabaseProblemException>(() => Migrator.MigrateAsync(store.ConnectionString, None));
        Assert.Contains("newer", migrating.Message, StringComparison.Ordinal);

        await store.ExecuteAsync("DELETE FROM migrations WHERE scriptname >= '0002'");
        var older = await Assert.ThrowsAsync<DatabaseProblemException>(() => store.App.OpenAsync(None));
        Assert.Contains("older than this program", older.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_app_role_changes_facts_but_not_the_schema()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(Plans.Of(1, 1));
        foreach (var forbidden in new[] { "DROP TABLE results", "CREATE TABLE mine (x int)", "ALTER TABLE runs ADD x int", "TRUNCATE events", "DELETE FROM runs", "DELETE FROM cells", "DELETE FROM migrations" })
        {
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await StateOfAsync(store.App, forbidden));
        }
    }

    [Fact]
    public async Task The_reader_role_reads_tables_and_views_and_writes_nothing()
    {
        await using var store = await Store.CreateAsync(postgres);
        await using var reader = new Database(store.ConnectionString, DatabaseRole.Reader);
        foreach (var relation in await store.AskAllAsync<string>("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"))
        {
            await reader.QueryAsync<object>($"SELECT * FROM {relation} LIMIT 1", null, None);
        }

        const string Write = "INSERT INTO sweeps (digest, name, text) VALUES (repeat('a', 64), 'x', 'y')";
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, await StateOfAsync(reader, Write));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await StateOfAsync(reader, $"BEGIN READ WRITE; {Write}"));
        Assert.Equal("2min", await reader.QueryFirstAsync<string>("SHOW statement_timeout", null, None));
    }

    [Fact]
    public async Task A_connection_that_comes_back_from_the_pool_still_has_its_role()
    {
        await using var store = await Store.CreateAsync(postgres);
        await using var one = new Database(store.ConnectionString + ";Maximum Pool Size=1", DatabaseRole.App);
        for (var use = 0; use < 3; use++)
        {
            Assert.Equal("attnsweep_app", await one.QueryFirstAsync<string>("SELECT current_user", null, None));
        }
    }

    [Theory]
    [InlineData("UPDATE shards SET state = 'leased'")]
    [InlineData("UPDATE shards SET worker = 'w'")]
    [InlineData("UPDATE shards SET share = 0.5")]
    [InlineData("UPDATE shards SET state = 'lost'")]
    [InlineData("UPDATE runs SET state = 'finished'")]
    [InlineData("UPDATE runs SET state = 'running'")]
    [InlineData("UPDATE runs SET finished_at = now()")]
    [InlineData("UPDATE runs SET fire_time = now()")]
    [InlineData("UPDATE cells SET failures = 1")]
    [InlineData("INSERT INTO results (cell_id, attempt, outcome, samples, kept_pairs, useful_flops, dense_flops) SELECT cell_id, 1, 'ok', 5, 1, 1, 1 FROM cells")]
    [InlineData("INSERT INTO results (cell_id, attempt, outcome, samples, time_median_us, time_low_us, time_high_us, kept_pairs, useful_flops, dense_flops) SELECT cell_id, 1, 'crashed', 0, 1, 1, 1, 1, 1, 1 FROM cells")]
    [InlineData("INSERT INTO results (cell_id, attempt, outcome, samples, time_median_us, time_low_us, time_high_us, verified_rows, rel_error, max_abs_error, verification_error, verification_allowed, ambiguous_rows, kept_pairs, useful_flops, dense_flops) SELECT cell_id, 1, 'ok', 5, 9, 1, 2, 1, 0, 0, 0, 0, 0, 1, 1, 1 FROM cells")]
    [InlineData("INSERT INTO results (cell_id, attempt, outcome, samples, rel_error, kept_pairs, useful_flops, dense_flops) SELECT cell_id, 1, 'wrong-result', 0, 1, 1, 1, 1 FROM cells")]
    [InlineData("INSERT INTO nodes (worker, host, process_id, incarnation, code_version, fingerprint, state) VALUES ('w', 'h', 1, 'i', 'v', 'f', 'gone')")]
    public async Task Half_states_are_refused(string statement)
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(Plans.Of(1, 1));
        await store.ExecuteAsync("INSERT INTO environments (fingerprint, facts) VALUES ('f', '{}')");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => store.ExecuteAsync(statement));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
    }

    [Fact]
    public async Task Every_table_view_and_column_is_explained()
    {
        await using var store = await Store.CreateAsync(postgres);
        Assert.Empty(await store.AskAllAsync<string>(
            """
            SELECT c.relname || COALESCE('.' || a.attname, '')
            FROM pg_class c
            LEFT JOIN LATERAL (
                SELECT attnum, attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                UNION ALL SELECT 0, NULL) a ON true
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm')
              AND COALESCE(col_description(c.oid, a.attnum), CASE WHEN a.attnum = 0 THEN obj_description(c.oid, 'pg_class') END, '') = ''
            ORDER BY 1
            """));
    }

    [Fact]
    public async Task Times_are_stored_with_their_zone()
    {
        await using var store = await Store.CreateAsync(postgres);
        Assert.Empty(await store.AskAllAsync<string>(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"));
    }

    [Fact]
    public async Task The_views_begin_with_the_columns_that_others_rely_on()
    {
        await using var store = await Store.CreateAsync(postgres);
        string[] cells =
        [
            "run_id", "run_name", "cell_id", "input_model", "causal", "n", "d", "sigma", "seed", "kernel", "parameters", "backend", "device", "worker",
            "outcome", "samples", "time_median_us", "time_low_us", "time_high_us", "gflops", "speedup_vs_dense", "rel_error", "max_abs_error", "attempt", "measured_at",
        ];
        string[] sparsity = ["run_id", "run_name", "input_model", "causal", "n", "d", "sigma", "seed", "rows_sampled", .. SparsityMetrics.All, .. SparsityMetrics.All.Select(m => "theory_" + m)];
        Assert.Equal(cells, (await ColumnsAsync(store, "v_cells")).Take(cells.Length));
        Assert.Equal(sparsity, (await ColumnsAsync(store, "v_sparsity")).Take(sparsity.Length));
        Assert.Equal("jsonb", await store.AskAsync<string>("SELECT data_type FROM information_schema.columns WHERE table_name = 'v_cells' AND column_name = 'parameters'"));
    }

    internal static Task<IReadOnlyList<string>> ColumnsAsync(Store store, string relation) => store.AskAllAsync<string>(
        $"SELECT attname::text FROM pg_attribute WHERE attrelid = 'public.{relation}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum");

    private static async Task<string> StateOfAsync(Database database, string statement)
    {
        await using var connection = await database.OpenAsync(None);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(statement));
        return refused.SqlState;
    }
}
