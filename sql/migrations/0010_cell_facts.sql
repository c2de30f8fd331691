-- What a cell is judged by beside its time and its error; null in rows of earlier versions and where it does not apply.
ALTER TABLE results
    ADD COLUMN data_dependent boolean,
    ADD COLUMN compulsory_bytes double precision CHECK (compulsory_bytes >= 0),
    ADD COLUMN prepare_seconds double precision CHECK (prepare_seconds >= 0),
    ADD COLUMN verify_seconds double precision CHECK (verify_seconds >= 0),
    ADD COLUMN peak_memory_bytes bigint CHECK (peak_memory_bytes > 0),
    ADD COLUMN peak_gflops double precision CHECK (peak_gflops > 0),
    ADD COLUMN peak_gigabytes double precision CHECK (peak_gigabytes > 0),
    ADD COLUMN theory jsonb CHECK (jsonb_typeof(theory) = 'object'),
    ADD COLUMN rel_l1_error double precision CHECK (rel_l1_error >= 0),
    ADD COLUMN cosine double precision,
    ADD COLUMN rms_error double precision CHECK (rms_error >= 0),
    ADD COLUMN lse_error double precision CHECK (lse_error >= 0),
    ADD COLUMN kappa double precision CHECK (kappa >= 1),
    ADD COLUMN bucket_gain double precision CHECK (bucket_gain >= 0),
    ADD COLUMN rounding_error double precision CHECK (rounding_error >= 0),
    ADD COLUMN rounding_max_abs_error double precision CHECK (rounding_max_abs_error >= 0),
    ADD COLUMN selection_changed double precision CHECK (selection_changed >= 0 AND selection_changed <= 1);
ALTER TABLE sparsity ADD COLUMN seconds double precision CHECK (seconds >= 0);

COMMENT ON COLUMN results.data_dependent IS 'The kernel declares that its time may depend on the values of its input.';
COMMENT ON COLUMN results.compulsory_bytes IS 'Bytes that one launch must move at least: Q, K, V read, O written.';
COMMENT ON COLUMN results.prepare_seconds IS 'Time of preparing the kernel and of its first launch: upload, compilation, scratch. No part of the cell''s time.';
COMMENT ON COLUMN results.verify_seconds IS 'Time that the runner spent on comparing the output with the references.';
COMMENT ON COLUMN results.peak_memory_bytes IS 'Largest resident set of the runner from the start of the shard to the end of the cell''s verification (VmHWM of Linux).';
COMMENT ON COLUMN results.peak_gflops IS 'Fused multiply-adds of the device when its runner started, in GFLOP/s of float32; null where it is not measured.';
COMMENT ON COLUMN results.peak_gigabytes IS 'Memory bandwidth of the device when its runner started, read and write together, in GB/s; null where it is not measured.';
COMMENT ON COLUMN results.theory IS 'What theory predicts for the cell: by column of v_cells, value, absolute tolerance of the formula, and why the cell is outside the formula''s range.';
COMMENT ON COLUMN results.rel_l1_error IS 'Sum of absolute errors over the sum of absolute values of dense attention in double precision, on the verified rows.';
COMMENT ON COLUMN results.cosine IS 'Cosine between the output and dense attention in double precision, the verified rows taken as one vector.';
COMMENT ON COLUMN results.rms_error IS 'Root mean square error against dense attention in double precision, on the verified rows.';
COMMENT ON COLUMN results.lse_error IS 'Root mean square over the verified rows of the error of ln sum exp; null for kernels that do not estimate.';
COMMENT ON COLUMN results.kappa IS 'Largest over smallest, over the verified rows, of the sums of exp(score) over the keys that the kernel does not compute exactly; null for kernels that do not estimate.';
COMMENT ON COLUMN results.bucket_gain IS 'Softmax mass of the keys in the query''s own hash bucket over their share of the keys; null for kernels that do not hash.';
COMMENT ON COLUMN results.rounding_error IS 'Relative Frobenius error that storing Q, K and V in the input''s dtype alone gives dense attention; null for float32.';
COMMENT ON COLUMN results.rounding_max_abs_error IS 'Largest absolute error of that kind; null for float32.';
COMMENT ON COLUMN results.selection_changed IS 'Share of the kept keys that the kernel would not keep had the input been stored in float32; null for float32 and dense kernels.';
COMMENT ON COLUMN sparsity.seconds IS 'Time that the runner spent on measuring it.';
