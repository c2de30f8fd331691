-- What scheduling needs to know and to remember: limits of runs, workers that drain, devices under quarantine, what launches cost.

ALTER TABLE runs
    ADD COLUMN budget_seconds double precision CHECK (budget_seconds > 0),
    ADD COLUMN deadline timestamptz,
    ADD COLUMN requires text[] NOT NULL DEFAULT '{}';
ALTER TABLE nodes
    ADD COLUMN labels text[] NOT NULL DEFAULT '{}',
    ADD COLUMN draining boolean NOT NULL DEFAULT false;
ALTER TABLE devices
    ADD COLUMN quarantined_at timestamptz,
    ADD COLUMN quarantined_because text,
    ADD COLUMN released_at timestamptz,
    ADD CONSTRAINT devices_quarantine_has_a_reason CHECK ((quarantined_at IS NULL) = (quarantined_because IS NULL));
ALTER TABLE shards ADD COLUMN failed_on text[] NOT NULL DEFAULT '{}';
CREATE INDEX shards_queued_after_failure ON shards (shard_id) WHERE state = 'queued' AND failed_on <> '{}';

COMMENT ON COLUMN runs.budget_seconds IS 'Device time that it may use; it is paused when that is spent. Null: no limit.';
COMMENT ON COLUMN runs.deadline IS 'It is paused then. Null: none.';
COMMENT ON COLUMN runs.requires IS 'Labels that a worker must have.';
COMMENT ON COLUMN nodes.labels IS 'What the worker says of itself; sweeps may require it.';
COMMENT ON COLUMN nodes.draining IS 'It gets no more shards, whoever asks; what it has it finishes.';
COMMENT ON COLUMN devices.quarantined_at IS 'It fails cells that others complete, and gets nothing until it is released; null otherwise.';
COMMENT ON COLUMN devices.quarantined_because IS 'Why, in one line.';
COMMENT ON COLUMN devices.released_at IS 'When a person released it last: what it failed before is forgotten.';
COMMENT ON COLUMN shards.failed_on IS 'Devices (worker/device) on which a cell of it ended its runner: others go first.';

CREATE TABLE cost_models (
    kernel text NOT NULL,
    backend text NOT NULL,
    device text NOT NULL,
    intercept double precision NOT NULL,
    slope double precision NOT NULL,
    of_n double precision NOT NULL,
    of_d double precision NOT NULL,
    error double precision NOT NULL CHECK (error >= 0),
    observations integer NOT NULL CHECK (observations > 0),
    fitted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kernel, backend, device)
);

COMMENT ON TABLE cost_models IS 'What launches cost, fitted to results: ln t = intercept + slope ln(time by FLOPs) + of_n ln(n/1024) + of_d ln(d/64), in seconds.';
COMMENT ON COLUMN cost_models.kernel IS 'The kernel.';
COMMENT ON COLUMN cost_models.backend IS 'What runs it.';
COMMENT ON COLUMN cost_models.device IS 'The device in words; empty for all of the backend together.';
COMMENT ON COLUMN cost_models.intercept IS 'Level.';
COMMENT ON COLUMN cost_models.slope IS 'Exponent of the time by FLOP count; 1 by the FLOP count alone.';
COMMENT ON COLUMN cost_models.of_n IS 'Further exponent of n.';
COMMENT ON COLUMN cost_models.of_d IS 'Further exponent of d.';
COMMENT ON COLUMN cost_models.error IS 'Root mean square of ln(measured / predicted), each cell predicted from the others.';
COMMENT ON COLUMN cost_models.observations IS 'Cells that it was fitted to.';
COMMENT ON COLUMN cost_models.fitted_at IS 'When.';

GRANT SELECT ON cost_models TO attnsweep_app, attnsweep_reader;
GRANT INSERT, UPDATE, DELETE ON cost_models TO attnsweep_app;

ALTER TABLE runs ADD COLUMN share_seconds double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN runs.share_seconds IS 'Estimated device time granted to it, by which runs of one priority share the devices; a run begins beside the others, not at 0.';
-- Few rows each: what the coordinator looks at every few seconds.
CREATE INDEX attempts_failed ON attempts (ended_at) WHERE ending IN ('crashed', 'timed-out');
CREATE INDEX results_limits ON results (cell_id) WHERE outcome IN ('out-of-memory', 'timed-out');
