-- Every grant of the shard that the cell is in; a shard that was split has its earlier ones under the old number.
SELECT a.attempt, a.worker, a.device_name AS device, a.granted_at, a.ended_at, a.ending, a.cell_id AS blamed_cell, a.detail
FROM attempts a JOIN cells c USING (shard_id)
WHERE c.cell_id = @cellId
ORDER BY a.attempt;
