-- Device time of all attempts of the runs that have a budget or a deadline, those in progress included.
SELECT r.run_id, r.budget_seconds, r.deadline, now() AS now,
       COALESCE((SELECT sum(EXTRACT(EPOCH FROM COALESCE(a.ended_at, now()) - a.granted_at))
                 FROM shards s JOIN attempts a USING (shard_id) WHERE s.run_id = r.run_id), 0)::double precision AS used_seconds
FROM runs r
WHERE r.state IN ('queued', 'running') AND (r.budget_seconds IS NOT NULL OR r.deadline IS NOT NULL);
