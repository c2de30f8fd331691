-- Looking at the newest 200,000 cells bounds the time that a fit takes.
SELECT GREATEST(COALESCE(max(cell_id), 0) - 200000, 0) FROM results;
