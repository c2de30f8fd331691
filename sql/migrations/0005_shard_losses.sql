-- The count now holds losses of the worker too; the column stays, its comment says so.
COMMENT ON COLUMN shards.failures IS 'How often a runner died on it before any cell began, or its worker vanished with it; 0 again after a split.';
