SELECT res.outcome, count(*) AS cells, sum(c.seconds) AS seconds
FROM shards s JOIN cells c USING (shard_id) JOIN results res USING (cell_id)
WHERE s.run_id = @runId
GROUP BY res.outcome;
