using AttnSweep.Storage.Connections;
using AttnSweep.Sweeps;
using AttnSweep.Tests.Infrastructure;
using Npgsql;

namespace AttnSweep.Tests;

/// <summary>Inputs with all that makes them: kept, constrained, shown.</summary>
public sealed class InputTests(PostgresFixture postgres)
{
    private static readonly InputOptions Everything = new()
    {
        Norm = 7.5,
        LayerNorm = true,
        MeanV = -0.1,
        Rho = 0.9,
        RhoD = -1 / 3.0,
        Nu = 2.5,
        Outliers = 3,
        OutlierScale = 0.3,
        DType = StorageTypes.Brain,
    };

    [Fact]
    public async Task Every_option_comes_back_as_it_went_in()
    {
        await using var store = await Store.CreateAsync(postgres);
        var epoch = await store.TakeEpochAsync();
        InputSpec[] specs =
        [
            new(InputModels.Xwx, 2, 128, 16, 0.7, 5, true) { Options = Everything },
            new(InputModels.Shared, 1, 128, 16, 0.7, 5, false),
            new(InputModels.File, 1, 128, 16, 1, 0, false) { Options = new() { FilePath = "inputs/a b.safetensors", FileSha256 = new string('a', 64) } },
        ];
        await store.SubmitAsync(PlanOf(specs));

        var granted = new List<InputSpec>();
        for (var i = 0; i < specs.Length; i++)
            granted.Add((await store.TakeAsync(epoch)).Input);
        Assert.Equal(specs.ToHashSet(), granted.ToHashSet());
    }

    [Fact]
    public async Task Views_tell_inputs_apart_by_their_parameters()
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(PlanOf(
            new InputSpec(InputModels.Independent, 1, 64, 16, 1, 1, false),
            new InputSpec(InputModels.Xwx, 1, 64, 16, 1, 1, false) { Options = new() { Norm = 8 } },
            new InputSpec(InputModels.Shared, 1, 64, 16, 1, 1, false) { Options = new() { Rho = 0.5, DType = StorageTypes.Half } },
            new InputSpec(InputModels.File, 1, 64, 16, 1, 0, false) { Options = new() { FilePath = "/data/layer 3.safetensors", FileSha256 = new string('b', 64) } }));

        Assert.Equal(
            ["file(layer 3.safetensors@bbbbbbbb)", "independent", "shared(dtype=float16,rho=0.5)", "xwx(norm=8)"],
            await store.AskAllAsync<string>("SELECT input_variant FROM v_inputs ORDER BY 1"));
        Assert.Equal("{}", await store.AskAsync<string>("SELECT input_parameters::text FROM v_inputs WHERE model = 'independent'"));
        Assert.Equal(0.5, await store.AskAsync<double>("SELECT (input_parameters ->> 'rho')::float8 FROM v_inputs WHERE model = 'shared'"));
    }

    [Theory]
    [InlineData("model = 'psychic'", "inputs_known_model")]
    [InlineData("model = 'xwx'", "inputs_xwx_has_a_norm")]
    [InlineData("norm = 4", "inputs_xwx_has_a_norm")]
    [InlineData("model = 'xwx', norm = 0", "inputs_norm_check")]
    [InlineData("rho = 1", "inputs_rho_check")]
    [InlineData("rho_d = -1", "inputs_rho_d_check")]
    [InlineData("nu = 2", "inputs_nu_check")]
    [InlineData("outliers = 17, outlier_scale = 2", "inputs_outliers_are_channels")]
    [InlineData("outlier_scale = 2", "inputs_outliers_are_channels")]
    [InlineData("dtype = 'float64'", "inputs_dtype_check")]
    [InlineData("model = 'file'", "inputs_file_has_a_file")]
    [InlineData("file_path = 'x'", "inputs_file_has_a_file")]
    [InlineData("model = 'file', file_path = 'x', file_sha256 = 'abc'", "inputs_file_sha256_check")]
    [InlineData("model = 'file', file_path = 'x', file_sha256 = repeat('a', 64), rho = 0.5", "inputs_file_is_not_drawn")]
    public async Task Half_states_are_refused(string change, string constraint)
    {
        await using var store = await Store.CreateAsync(postgres);
        await store.SubmitAsync(PlanOf(new InputSpec(InputModels.Independent, 1, 64, 16, 1, 1, false)));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => store.ExecuteAsync($"UPDATE inputs SET {change}"));
        Assert.Equal(constraint, refused.ConstraintName);
    }

    [Fact]
    public async Task Inputs_from_before_are_plain_ones()
    {
        // A database from before it, with an input in it; then this program's migration.
        await using var store = await Store.CreateAsync(postgres);
        await store.ExecuteAsync(Undo);
        await store.ExecuteAsync(
            """
            INSERT INTO sweeps (digest, name, text) VALUES (repeat('0', 64), 'old', '');
            INSERT INTO runs (sweep_id, name, file_name, code_version, measure, cell_count, estimated_seconds)
            SELECT sweep_id, 'old', 'old.yaml', '0', '{}', 1, 1 FROM sweeps;
            INSERT INTO inputs (input_id, run_id, model, heads, n, d, sigma, seed, causal)
            SELECT 1, run_id, 'independent', 2, 64, 16, 0.5, 9, true FROM runs;
            """);

        Assert.Contains("0006_input_models.sql", await Migrator.MigrateAsync(store.ConnectionString, CancellationToken.None));
        Assert.Equal("independent float32 0.5 9", await store.AskAsync<string>("SELECT concat_ws(' ', input_variant, dtype, sigma, seed) FROM v_inputs"));
    }

    /// <summary>Takes away what 0006 added, as if it had never run.</summary>
    private const string Undo =
        """
        DROP VIEW v_inputs CASCADE;
        ALTER TABLE inputs DROP CONSTRAINT inputs_known_model, DROP COLUMN norm, DROP COLUMN layer_norm, DROP COLUMN mean_v, DROP COLUMN rho,
            DROP COLUMN rho_d, DROP COLUMN nu, DROP COLUMN outliers, DROP COLUMN outlier_scale, DROP COLUMN dtype, DROP COLUMN file_path, DROP COLUMN file_sha256;
        DELETE FROM migrations WHERE scriptname = '0006_input_models.sql';
        """;

    private static SweepPlan PlanOf(params InputSpec[] specs) => new(
        "inputs", specs,
        [.. specs.Select((_, i) => new PlannedShard(i, Backends.CpuSimd, i, 1, true, 1))],
        [.. specs.Select((_, i) => new PlannedCell(i, KernelSpec.Plain("flash"), Backends.CpuSimd, 1, 1 << 20))],
        MeasureRules.Quick, new SparsityRules(64));
}
