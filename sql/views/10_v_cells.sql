-- One row per cell that has a result. The first nineteen columns are a contract: later versions may add columns at the end, never rename these.
CREATE VIEW v_cells AS
SELECT r.run_id,
       r.name AS run_name,
       c.cell_id,
       i.model AS input_model,
       i.causal,
       i.n,
       i.d,
       i.sigma,
       i.seed,
       c.kernel,
       c.parameters,
       s.backend,
       a.device_name AS device,
       a.worker,
       x.outcome,
       x.samples,
       x.time_median_us,
       x.time_low_us,
       x.time_high_us,
       -- FLOPs per microsecond / 1000 = GFLOP/s, in the FLOPs that dense attention would need: kernels compare by it on one input.
       x.dense_flops / x.time_median_us / 1e3 AS gflops,
       x.speedup_vs_dense,
       x.rel_error,
       x.max_abs_error,
       x.attempt,
       x.measured_at,
       c.variant,
       i.heads,
       x.detail,
       x.kept_pairs / (i.heads * CASE WHEN i.causal THEN i.n * (i.n + 1.0::double precision) / 2 ELSE i.n::double precision * i.n END) AS kept_fraction,
       x.kept_pairs,
       x.useful_flops,
       x.useful_flops / x.time_median_us / 1e3 AS useful_gflops,
       x.total_variation,
       x.verification_error,
       x.verification_allowed,
       x.verified_rows,
       x.ambiguous_rows,
       t.trials,
       t.stopped_because,
       c.shard_id,
       s.input_id,
       a.device_id,
       a.fingerprint,
       c.seconds AS estimated_seconds,
       i.input_variant,
       i.input_parameters,
       i.dtype,
       coalesce(r.measure->>'regime', 'burst') AS regime,
       coalesce(r.measure->>'cache', 'hot') AS cache,
       x.dropped_error,
       x.dropped_max_abs_error,
       x.phases_us,
       x.data_dependent,
       x.useful_flops / x.time_median_us / 1e3 / x.peak_gflops AS flops_share,
       x.compulsory_bytes / x.time_median_us / 1e3 / x.peak_gigabytes AS bandwidth_share,
       x.peak_gflops,
       x.peak_gigabytes,
       x.compulsory_bytes,
       x.verify_seconds,
       x.peak_memory_bytes,
       x.theory,
       x.lse_error,
       x.kappa,
       x.bucket_gain,
       x.rounding_error,
       x.rounding_max_abs_error,
       x.selection_changed,
       x.prepare_seconds,
       x.rel_l1_error,
       x.cosine,
       x.rms_error,
       c.kernel_build
FROM results x
JOIN cells c USING (cell_id)
JOIN shards s USING (shard_id)
JOIN v_inputs i USING (input_id)
JOIN runs r ON r.run_id = s.run_id
LEFT JOIN attempts a ON a.shard_id = s.shard_id AND a.attempt = x.attempt
LEFT JOIN LATERAL (
    SELECT count(*)::integer AS trials, string_agg(DISTINCT stopped_because, ', ') AS stopped_because
    FROM trials WHERE trials.cell_id = x.cell_id
) t ON true;

COMMENT ON VIEW v_cells IS 'One row per cell that has a result, with its input, kernel, time and error.';
COMMENT ON COLUMN v_cells.run_id IS 'The run.';
COMMENT ON COLUMN v_cells.run_name IS 'Name of the sweep.';
COMMENT ON COLUMN v_cells.cell_id IS 'The cell; unique in the database.';
COMMENT ON COLUMN v_cells.input_model IS 'How Q, K and V were drawn.';
COMMENT ON COLUMN v_cells.causal IS 'Row i sees keys 0..i only.';
COMMENT ON COLUMN v_cells.n IS 'Sequence length.';
COMMENT ON COLUMN v_cells.d IS 'Head dimension.';
COMMENT ON COLUMN v_cells.sigma IS 'Standard deviation of the entries of Q and K.';
COMMENT ON COLUMN v_cells.seed IS 'Seed of the input.';
COMMENT ON COLUMN v_cells.kernel IS 'Algorithm.';
COMMENT ON COLUMN v_cells.parameters IS 'Its parameters, worked out for this input.';
COMMENT ON COLUMN v_cells.backend IS 'What ran it: cpu-simd, cuda, opencl, ilgpu-cpu.';
COMMENT ON COLUMN v_cells.device IS 'The device in words, as its driver or operating system calls it; null for a cell that was never granted.';
COMMENT ON COLUMN v_cells.worker IS 'The worker that measured it; null for a cell that was never granted.';
COMMENT ON COLUMN v_cells.outcome IS 'ok, wrong-result, unsupported, out-of-memory, timed-out, crashed, skipped or cancelled.';
COMMENT ON COLUMN v_cells.samples IS 'Samples over all trials.';
COMMENT ON COLUMN v_cells.time_median_us IS 'Median of the trials'' medians, in microseconds; null unless ok.';
COMMENT ON COLUMN v_cells.time_low_us IS 'Lowest lower end of the trials'' median intervals, in microseconds.';
COMMENT ON COLUMN v_cells.time_high_us IS 'Highest upper end of the trials'' median intervals, in microseconds.';
COMMENT ON COLUMN v_cells.gflops IS 'GFLOP/s in dense-equivalent FLOPs: what dense attention needs on this input, over the median time.';
COMMENT ON COLUMN v_cells.speedup_vs_dense IS 'Median over the trials of the dense kernel''s time over this kernel''s, on the same input, device and trial.';
COMMENT ON COLUMN v_cells.rel_error IS 'Relative Frobenius error against dense attention in double precision, on the verified rows.';
COMMENT ON COLUMN v_cells.max_abs_error IS 'Largest absolute error against dense attention in double precision, on the verified rows.';
COMMENT ON COLUMN v_cells.attempt IS 'The attempt of its shard that gave the result; 0 for a cell that was never granted.';
COMMENT ON COLUMN v_cells.measured_at IS 'When the result was recorded.';
COMMENT ON COLUMN v_cells.variant IS 'The kernel as the sweep file wrote it, the same for every n.';
COMMENT ON COLUMN v_cells.heads IS 'Independent attention problems in one launch.';
COMMENT ON COLUMN v_cells.detail IS 'One line for a person where the outcome is not ok.';
COMMENT ON COLUMN v_cells.kept_fraction IS 'Share of the visible query-key pairs that the kernel kept.';
COMMENT ON COLUMN v_cells.kept_pairs IS 'Query-key pairs kept, over all heads.';
COMMENT ON COLUMN v_cells.useful_flops IS 'FLOPs that the algorithm needed for those pairs.';
COMMENT ON COLUMN v_cells.useful_gflops IS 'GFLOP/s in useful FLOPs.';
COMMENT ON COLUMN v_cells.total_variation IS 'Mean over the verified rows of 1 - (softmax mass kept); null for dense kernels.';
COMMENT ON COLUMN v_cells.verification_error IS 'Largest absolute difference from the kernel''s own algorithm in double precision.';
COMMENT ON COLUMN v_cells.verification_allowed IS 'The budget that verification_error was held against.';
COMMENT ON COLUMN v_cells.verified_rows IS 'Rows that were compared.';
COMMENT ON COLUMN v_cells.ambiguous_rows IS 'Rows left out of the verification because of a near tie at the boundary.';
COMMENT ON COLUMN v_cells.trials IS 'Series of samples.';
COMMENT ON COLUMN v_cells.stopped_because IS 'Why the trials ended.';
COMMENT ON COLUMN v_cells.shard_id IS 'The shard that it travelled in.';
COMMENT ON COLUMN v_cells.input_id IS 'Its input.';
COMMENT ON COLUMN v_cells.device_id IS 'The device''s id on its worker.';
COMMENT ON COLUMN v_cells.fingerprint IS 'The environment it was measured in.';
COMMENT ON COLUMN v_cells.estimated_seconds IS 'Device time that the planner expected.';
COMMENT ON COLUMN v_cells.input_variant IS 'The input model with its parameters, the same for every n, d, sigma and seed: group by it.';
COMMENT ON COLUMN v_cells.input_parameters IS 'Parameters of the input model that differ from the usual ones, by the names of the sweep file.';
COMMENT ON COLUMN v_cells.dtype IS 'What Q, K and V were rounded to: float32, float16 or bfloat16. Computation is float32.';
COMMENT ON COLUMN v_cells.regime IS 'burst or sustained: how the device was loaded while it was measured.';
COMMENT ON COLUMN v_cells.cache IS 'hot or cold: what the caches held when a sample began.';
COMMENT ON COLUMN v_cells.dropped_error IS 'As rel_error, of the same kept keys without renormalising, in double precision; null for dense kernels.';
COMMENT ON COLUMN v_cells.dropped_max_abs_error IS 'As max_abs_error, of the same kept keys without renormalising; null for dense kernels.';
COMMENT ON COLUMN v_cells.phases_us IS 'Microseconds of one launch by phase, measured apart from the trials; null where the kernel does not tell.';
COMMENT ON COLUMN v_cells.data_dependent IS 'The kernel declares that its time may depend on the values of its input; null in rows of earlier versions, as are the next columns.';
COMMENT ON COLUMN v_cells.flops_share IS 'useful_gflops over peak_gflops: the share of the device''s multiply-adds that the algorithm''s own work reached.';
COMMENT ON COLUMN v_cells.bandwidth_share IS 'Compulsory bytes over the time, over peak_gigabytes: near 1, the cell is bound by memory.';
COMMENT ON COLUMN v_cells.peak_gflops IS 'Fused multiply-adds of the device when its runner started, in GFLOP/s of float32.';
COMMENT ON COLUMN v_cells.peak_gigabytes IS 'Memory bandwidth of the device when its runner started, read and write together, in GB/s.';
COMMENT ON COLUMN v_cells.compulsory_bytes IS 'Bytes that one launch must move at least: Q, K, V read, O written.';
COMMENT ON COLUMN v_cells.verify_seconds IS 'Time that the runner spent on comparing the output with the references.';
COMMENT ON COLUMN v_cells.peak_memory_bytes IS 'Largest resident set of the runner from the start of the shard to the end of the cell''s verification.';
COMMENT ON COLUMN v_cells.theory IS 'What theory predicts, by column of this view (ln_kappa: ln of kappa): value, tolerance, outside; see v_theory.';
COMMENT ON COLUMN v_cells.lse_error IS 'Root mean square error of ln sum exp over the verified rows; null for kernels that do not estimate.';
COMMENT ON COLUMN v_cells.kappa IS 'Largest over smallest of the verified rows'' sums of exp(score) over the keys that the kernel does not compute exactly; null for kernels that do not estimate.';
COMMENT ON COLUMN v_cells.bucket_gain IS 'Softmax mass of the keys in the query''s own hash bucket over their share of the keys; null for kernels that do not hash.';
COMMENT ON COLUMN v_cells.rounding_error IS 'Relative Frobenius error that storing Q, K and V in dtype alone gives dense attention; null for float32.';
COMMENT ON COLUMN v_cells.rounding_max_abs_error IS 'Largest absolute error of that kind; null for float32.';
COMMENT ON COLUMN v_cells.selection_changed IS 'Share of the kept keys that the kernel would not keep had the input been stored in float32; null for float32 and dense kernels.';
COMMENT ON COLUMN v_cells.prepare_seconds IS 'Time of preparing the kernel and of its first launch: upload, compilation, scratch. No part of the cell''s time.';
COMMENT ON COLUMN v_cells.rel_l1_error IS 'Sum of absolute errors over the sum of absolute values of dense attention in double precision, on the verified rows.';
COMMENT ON COLUMN v_cells.cosine IS 'Cosine between the output and dense attention in double precision, the verified rows taken as one vector.';
COMMENT ON COLUMN v_cells.rms_error IS 'Root mean square error against dense attention in double precision, on the verified rows.';
COMMENT ON COLUMN v_cells.kernel_build IS 'Assembly, version and hash of a user''s own kernel; null for built-in kernels, which the code version names.';
