-- Comparing the same runs again replaces what an earlier comparison said of each cell.
INSERT INTO verdicts (baseline_run_id, run_id, baseline_cell_id, cell_id, verdict, ratio, ratio_low, ratio_high, p, why)
SELECT @baseline, @run, v.*
FROM unnest(@baselineCells::bigint[], @cells::bigint[], @verdicts::text[], @ratios::double precision[], @lows::double precision[],
            @highs::double precision[], @ps::double precision[], @whys::text[]) v
ON CONFLICT ON CONSTRAINT verdicts_one_per_pair DO UPDATE
SET verdict = excluded.verdict, ratio = excluded.ratio, ratio_low = excluded.ratio_low, ratio_high = excluded.ratio_high,
    p = excluded.p, why = excluded.why, decided_at = now();
