UPDATE shards s
SET lease_until = now() + make_interval(secs => @leaseSeconds), share = asked.share, working_cell_id = asked.cell_id
FROM (
    SELECT u.shard_id, u.attempt, u.cell_id, u.share
    FROM unnest(@shardIds, @attempts, @cellIds, @shares) AS u (shard_id, attempt, cell_id, share)
    JOIN shards held ON held.shard_id = u.shard_id
    ORDER BY u.shard_id
    FOR UPDATE OF held
) asked
WHERE s.shard_id = asked.shard_id AND s.attempt = asked.attempt AND s.state = 'leased' AND s.worker = @worker
RETURNING s.shard_id, s.attempt;
