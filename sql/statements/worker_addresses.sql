-- Of workers that were heard of lately.
SELECT address FROM nodes
WHERE state = 'present' AND address IS NOT NULL AND seen_at > now() - make_interval(secs => @withinSeconds)
ORDER BY seen_at DESC, worker LIMIT 20;
