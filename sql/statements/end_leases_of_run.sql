-- Ends the attempts of a run's leased shards, before the shards themselves leave that state. Locks the shards in order of id.
WITH leased AS (
    SELECT shard_id, attempt FROM shards
    WHERE run_id = @runId AND state IN ('queued', 'leased', 'paused')
    ORDER BY shard_id FOR UPDATE
)
UPDATE attempts a SET ended_at = now(), ending = @ending, detail = @detail
FROM leased WHERE a.shard_id = leased.shard_id AND a.attempt = leased.attempt AND a.ending IS NULL;
