-- What `attnsweep compare` decided by: without them a verdict cannot be questioned later. Null in rows of an earlier version.
ALTER TABLE verdicts
    ADD COLUMN p double precision CHECK (p >= 0 AND p <= 1),
    ADD COLUMN why text;
CREATE INDEX verdicts_of_run ON verdicts (run_id);

COMMENT ON COLUMN verdicts.p IS 'Mann-Whitney p over the samples, not adjusted; null for NODATA.';
COMMENT ON COLUMN verdicts.why IS 'One line for a person: what decided, and what to do where the verdict is AMBIGUOUS.';
