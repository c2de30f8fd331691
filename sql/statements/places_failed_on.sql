-- Devices that some queued shard keeps away from.
SELECT DISTINCT unnest(failed_on) FROM shards WHERE state = 'queued' AND failed_on <> '{}';
