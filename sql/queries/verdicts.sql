-- What comparisons said of a run, by the run on the other side.
-- Parameter: run (the run's id).
SELECT baseline_run_id, baseline_run_name, run_id, run_name, verdict, count(*) AS cells, max(decided_at) AS decided_at
FROM v_verdicts
WHERE run_id = @run OR baseline_run_id = @run
GROUP BY baseline_run_id, baseline_run_name, run_id, run_name, verdict
ORDER BY baseline_run_id, run_id, verdict;
