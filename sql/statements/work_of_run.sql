-- What is left to do, by backend; the device time that is done, estimated and real; who works on it.
SELECT s.backend,
       COALESCE(sum(s.seconds) FILTER (WHERE s.state = 'queued' OR s.state = 'paused'), 0)
         + COALESCE(sum(s.seconds * (1 - s.share)) FILTER (WHERE s.state = 'leased'), 0) AS left_seconds,
       count(DISTINCT (s.worker, s.device_id)) FILTER (WHERE s.state = 'leased')::double precision AS devices,
       COALESCE(sum(s.seconds) FILTER (WHERE s.state = 'done'), 0) AS estimated_seconds,
       COALESCE(sum(a.seconds) FILTER (WHERE s.state = 'done'), 0) AS real_seconds
FROM shards s
LEFT JOIN LATERAL (
    SELECT sum(EXTRACT(EPOCH FROM a.ended_at - a.granted_at))::double precision AS seconds
    FROM attempts a WHERE a.shard_id = s.shard_id AND a.ending = 'done'
) a ON s.state = 'done'
WHERE s.run_id = @runId
GROUP BY s.backend;
