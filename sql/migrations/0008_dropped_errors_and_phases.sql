-- The second variant of the error, and where a launch spends its time; null in rows of earlier versions.
ALTER TABLE results ADD COLUMN dropped_error double precision CHECK (dropped_error >= 0);
ALTER TABLE results ADD COLUMN dropped_max_abs_error double precision CHECK (dropped_max_abs_error >= 0);
ALTER TABLE results ADD COLUMN phases_us jsonb CHECK (jsonb_typeof(phases_us) = 'object');
COMMENT ON COLUMN results.dropped_error IS 'As rel_error, of the same kept keys without renormalising, in double precision; null for dense kernels.';
COMMENT ON COLUMN results.dropped_max_abs_error IS 'As max_abs_error, of the same kept keys without renormalising; null for dense kernels.';
COMMENT ON COLUMN results.phases_us IS 'Microseconds of one launch by phase, measured apart from the trials; null where the kernel does not tell.';
