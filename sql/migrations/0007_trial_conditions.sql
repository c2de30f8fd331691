-- What a trial was measured under; null in rows of earlier versions.
ALTER TABLE trials ADD COLUMN conditions jsonb CHECK (jsonb_typeof(conditions) = 'object');
COMMENT ON COLUMN trials.conditions IS 'Regime, cache, fresh process, timer, host time, warm-up, and the machine around the series (clocks, temperature, steal, load, GPU power and throttle reasons); null in rows of earlier versions.';
