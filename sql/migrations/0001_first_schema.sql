-- The first schema. Forward-only: never edit this file once it has been released, add the next number instead.
-- Words are those of docs/glossary.md. Facts are narrow and derived columns are in the views.

CREATE TABLE id_blocks (
    name text PRIMARY KEY,
    next bigint NOT NULL CHECK (next > 0)
);
INSERT INTO id_blocks (name, next) VALUES ('input', 1), ('shard', 1), ('cell', 1);

CREATE TABLE environments (
    fingerprint text PRIMARY KEY CHECK (fingerprint <> ''),
    facts jsonb NOT NULL CHECK (jsonb_typeof(facts) = 'object'),
    first_seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE nodes (
    worker text PRIMARY KEY CHECK (worker <> ''),
    host text NOT NULL,
    process_id integer NOT NULL,
    incarnation text NOT NULL,
    code_version text NOT NULL,
    fingerprint text NOT NULL REFERENCES environments,
    state text NOT NULL CHECK (state IN ('present', 'gone')),
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    gone_at timestamptz,
    CONSTRAINT nodes_gone_has_a_time CHECK ((state = 'gone') = (gone_at IS NOT NULL))
);

CREATE TABLE devices (
    worker text NOT NULL REFERENCES nodes,
    device_id text NOT NULL CHECK (device_id <> ''),
    backend text NOT NULL,
    name text NOT NULL,
    memory_bytes bigint NOT NULL CHECK (memory_bytes >= 0),
    compute_units integer NOT NULL CHECK (compute_units >= 0),
    driver text NOT NULL,
    PRIMARY KEY (worker, device_id)
);

CREATE TABLE coordinators (
    epoch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host text NOT NULL,
    process_id integer NOT NULL,
    address text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE schedules (
    schedule_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    cron text NOT NULL CHECK (cron <> ''),
    zone text NOT NULL CHECK (zone <> ''),
    file_name text NOT NULL,
    sweep_text text NOT NULL,
    catch_up interval NOT NULL CHECK (catch_up >= interval '0'),
    fired_up_to timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz
);
CREATE UNIQUE INDEX schedules_name_while_kept ON schedules (name) WHERE removed_at IS NULL;

CREATE TABLE sweeps (
    sweep_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text NOT NULL UNIQUE CHECK (length(digest) = 64),
    name text NOT NULL CHECK (name <> ''),
    text text NOT NULL,
    first_submitted_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE runs (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sweep_id bigint NOT NULL REFERENCES sweeps,
    name text NOT NULL CHECK (name <> ''),
    file_name text NOT NULL,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'paused', 'finished', 'cancelled', 'failed')),
    priority integer NOT NULL DEFAULT 0,
    code_version text NOT NULL,
    schedule_id bigint REFERENCES schedules,
    fire_time timestamptz,
    measure jsonb NOT NULL,
    sparsity_rows integer CHECK (sparsity_rows > 0),
    cell_count bigint NOT NULL CHECK (cell_count > 0),
    estimated_seconds double precision NOT NULL CHECK (estimated_seconds >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    CONSTRAINT runs_fire_time_of_a_schedule CHECK ((schedule_id IS NULL) = (fire_time IS NULL)),
    -- A restart, a second coordinator or a manual repeat can never make two runs of one fire time.
    CONSTRAINT runs_one_per_fire_time UNIQUE (schedule_id, fire_time),
    CONSTRAINT runs_ended_has_a_time CHECK ((state IN ('finished', 'cancelled', 'failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT runs_started_has_a_time CHECK (state NOT IN ('running', 'finished', 'failed') OR started_at IS NOT NULL)
);
CREATE INDEX runs_by_name ON runs (name, run_id);
CREATE INDEX runs_in_progress ON runs (run_id) WHERE state IN ('queued', 'running');

CREATE TABLE inputs (
    input_id bigint PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES runs,
    model text NOT NULL,
    heads integer NOT NULL CHECK (heads > 0),
    n integer NOT NULL CHECK (n > 0),
    d integer NOT NULL CHECK (d > 0),
    sigma double precision NOT NULL CHECK (sigma >= 0),
    seed bigint NOT NULL,
    causal boolean NOT NULL
);
CREATE INDEX inputs_of_run ON inputs (run_id);

CREATE TABLE shards (
    shard_id bigint PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES runs,
    input_id bigint NOT NULL REFERENCES inputs,
    backend text NOT NULL,
    cell_count integer NOT NULL CHECK (cell_count > 0),
    measures_sparsity boolean NOT NULL,
    seconds double precision NOT NULL CHECK (seconds >= 0),
    least_memory_bytes bigint NOT NULL CHECK (least_memory_bytes >= 0),
    priority integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'leased', 'paused', 'done', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    recorded_chunks integer NOT NULL DEFAULT 0 CHECK (recorded_chunks >= 0),
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    worker text,
    incarnation text,
    device_id text,
    epoch bigint REFERENCES coordinators,
    lease_until timestamptz,
    working_cell_id bigint,
    share double precision CHECK (share BETWEEN 0 AND 1),
    CONSTRAINT shards_leased_has_a_holder CHECK (
        CASE WHEN state = 'leased'
             THEN num_nulls(worker, incarnation, device_id, epoch, lease_until, share) = 0 AND attempt > 0
             ELSE num_nonnulls(worker, incarnation, device_id, epoch, lease_until, share, working_cell_id) = 0 END)
) WITH (fillfactor = 80);
-- What a device asks for: the next queued shard of its backend, in the order of value.
CREATE INDEX shards_queued ON shards (backend, priority DESC, run_id, seconds DESC) WHERE state = 'queued';
-- Finds at once what no device has the memory for.
CREATE INDEX shards_queued_by_memory ON shards (backend, least_memory_bytes) WHERE state = 'queued';
CREATE INDEX shards_leased ON shards (lease_until) WHERE state = 'leased';
CREATE INDEX shards_unfinished ON shards (run_id) WHERE state IN ('queued', 'leased', 'paused');
CREATE INDEX shards_of_run ON shards (run_id);

CREATE TABLE cells (
    cell_id bigint PRIMARY KEY,
    shard_id bigint NOT NULL REFERENCES shards,
    kernel text NOT NULL,
    parameters jsonb NOT NULL CHECK (jsonb_typeof(parameters) = 'object'),
    variant text NOT NULL,
    seconds double precision NOT NULL CHECK (seconds >= 0),
    memory_bytes bigint NOT NULL CHECK (memory_bytes >= 0),
    failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
    last_failure text,
    CONSTRAINT cells_failure_has_a_story CHECK ((failures > 0) = (last_failure IS NOT NULL))
);
CREATE INDEX cells_of_shard ON cells (shard_id);

CREATE TABLE attempts (
    shard_id bigint NOT NULL REFERENCES shards,
    attempt integer NOT NULL CHECK (attempt > 0),
    epoch bigint NOT NULL REFERENCES coordinators,
    worker text NOT NULL,
    incarnation text NOT NULL,
    device_id text NOT NULL,
    device_name text NOT NULL,
    fingerprint text REFERENCES environments,
    granted_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    ending text CHECK (ending IN ('done', 'lost', 'crashed', 'timed-out', 'returned', 'cancelled')),
    cell_id bigint,
    detail text,
    PRIMARY KEY (shard_id, attempt),
    CONSTRAINT attempts_ended_has_an_ending CHECK ((ended_at IS NULL) = (ending IS NULL)),
    CONSTRAINT attempts_story_after_the_end CHECK (ending IS NOT NULL OR (detail IS NULL AND cell_id IS NULL))
);

CREATE TABLE results (
    cell_id bigint PRIMARY KEY REFERENCES cells,
    attempt integer NOT NULL CHECK (attempt >= 0),
    outcome text NOT NULL CHECK (outcome IN
        ('ok', 'wrong-result', 'unsupported', 'out-of-memory', 'timed-out', 'crashed', 'skipped', 'cancelled')),
    detail text,
    samples integer NOT NULL CHECK (samples >= 0),
    time_median_us double precision CHECK (time_median_us > 0),
    time_low_us double precision,
    time_high_us double precision,
    speedup_vs_dense double precision CHECK (speedup_vs_dense > 0),
    verified_rows integer CHECK (verified_rows > 0),
    rel_error double precision CHECK (rel_error >= 0),
    max_abs_error double precision CHECK (max_abs_error >= 0),
    total_variation double precision,
    verification_error double precision CHECK (verification_error >= 0),
    verification_allowed double precision CHECK (verification_allowed >= 0),
    ambiguous_rows integer CHECK (ambiguous_rows >= 0),
    kept_pairs double precision NOT NULL CHECK (kept_pairs >= 0),
    useful_flops double precision NOT NULL CHECK (useful_flops >= 0),
    dense_flops double precision NOT NULL CHECK (dense_flops >= 0),
    measured_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT results_ok_has_a_time CHECK (
        (outcome = 'ok') = (time_median_us IS NOT NULL)
        AND num_nulls(time_median_us, time_low_us, time_high_us) IN (0, 3)
        AND (outcome = 'ok') = (samples > 0)
        AND (outcome = 'ok' OR speedup_vs_dense IS NULL)),
    CONSTRAINT results_interval_holds_the_median CHECK (time_low_us <= time_median_us AND time_median_us <= time_high_us),
    CONSTRAINT results_error_is_whole CHECK (
        num_nulls(verified_rows, rel_error, max_abs_error, verification_error, verification_allowed, ambiguous_rows) IN (0, 6)),
    CONSTRAINT results_ok_was_verified CHECK (outcome <> 'ok' OR rel_error IS NOT NULL),
    CONSTRAINT results_measured_by_an_attempt CHECK (attempt > 0 OR outcome IN ('cancelled', 'skipped', 'out-of-memory'))
);

CREATE TABLE trials (
    cell_id bigint NOT NULL REFERENCES results ON DELETE CASCADE,
    trial integer NOT NULL CHECK (trial >= 0),
    samples_us double precision[] NOT NULL,
    sample_count integer NOT NULL,
    median_us double precision NOT NULL,
    low_us double precision NOT NULL,
    high_us double precision NOT NULL,
    min_us double precision NOT NULL,
    max_us double precision NOT NULL,
    q1_us double precision NOT NULL,
    q3_us double precision NOT NULL,
    mean_us double precision NOT NULL,
    sd_us double precision NOT NULL CHECK (sd_us >= 0),
    mad_us double precision NOT NULL CHECK (mad_us >= 0),
    stopped_because text NOT NULL CHECK (stopped_because <> ''),
    warm_up_launches integer NOT NULL CHECK (warm_up_launches >= 0),
    launches_per_sample integer NOT NULL CHECK (launches_per_sample > 0),
    cpu_seconds double precision NOT NULL CHECK (cpu_seconds >= 0),
    dense_median_us double precision CHECK (dense_median_us > 0),
    PRIMARY KEY (cell_id, trial),
    CONSTRAINT trials_count_is_of_the_samples CHECK (sample_count = cardinality(samples_us) AND sample_count > 0),
    CONSTRAINT trials_summary_is_in_order CHECK (
        min_us <= low_us AND low_us <= median_us AND median_us <= high_us AND high_us <= max_us AND q1_us <= q3_us)
);

CREATE TABLE sparsity (
    input_id bigint PRIMARY KEY REFERENCES inputs,
    shard_id bigint NOT NULL,
    attempt integer NOT NULL,
    rows_sampled integer NOT NULL CHECK (rows_sampled > 0),
    tau_rms double precision,
    frac_le_inv_n double precision,
    frac_le_tenth_inv_n double precision,
    count_gt_1e_3 double precision,
    top_n8_mass double precision,
    top_sqrt_n_mass double precision,
    k_tv_0_1_frac double precision,
    k_tv_0_01_frac double precision,
    entropy double precision,
    n_sum_p2 double precision,
    lse_minus_ln_n double precision,
    max_p double precision,
    metrics jsonb NOT NULL CHECK (jsonb_typeof(metrics) = 'object'),
    theory jsonb NOT NULL CHECK (jsonb_typeof(theory) = 'object'),
    measured_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (shard_id, attempt) REFERENCES attempts
);

CREATE TABLE verdicts (
    verdict_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    baseline_run_id bigint NOT NULL REFERENCES runs,
    run_id bigint NOT NULL REFERENCES runs,
    baseline_cell_id bigint REFERENCES cells,
    cell_id bigint REFERENCES cells,
    verdict text NOT NULL CHECK (verdict IN ('SAME', 'FASTER', 'SLOWER', 'AMBIGUOUS', 'NODATA')),
    ratio double precision CHECK (ratio > 0),
    ratio_low double precision,
    ratio_high double precision,
    decided_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT verdicts_of_some_cell CHECK (num_nonnulls(baseline_cell_id, cell_id) > 0),
    CONSTRAINT verdicts_ratio_unless_nodata CHECK (
        (verdict = 'NODATA') = (ratio IS NULL) AND num_nulls(ratio, ratio_low, ratio_high) IN (0, 3)),
    CONSTRAINT verdicts_interval_holds_the_ratio CHECK (ratio_low <= ratio AND ratio <= ratio_high),
    CONSTRAINT verdicts_one_per_pair UNIQUE NULLS NOT DISTINCT (baseline_run_id, run_id, baseline_cell_id, cell_id)
);

CREATE TABLE events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL CHECK (kind <> ''),
    run_id bigint REFERENCES runs,
    shard_id bigint REFERENCES shards,
    cell_id bigint REFERENCES cells,
    worker text,
    text text NOT NULL
);
CREATE INDEX events_of_run ON events (run_id, event_id);

-- Least privilege. The app role changes facts but never the schema; only a retry deletes (a result that is measured anew, its trials go with it).
GRANT SELECT ON ALL TABLES IN SCHEMA public TO attnsweep_app, attnsweep_reader;
GRANT INSERT ON environments, nodes, devices, coordinators, schedules, sweeps, runs, inputs, shards, cells, attempts, results, trials,
    sparsity, verdicts, events TO attnsweep_app;
GRANT UPDATE ON id_blocks, nodes, devices, coordinators, schedules, runs, shards, cells, attempts, verdicts TO attnsweep_app;
GRANT UPDATE (digest) ON sweeps TO attnsweep_app;   -- what ON CONFLICT ... RETURNING needs
GRANT DELETE ON devices, results, verdicts TO attnsweep_app;
