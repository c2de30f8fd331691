-- The same text submitted again is the same sweep. The empty update makes RETURNING answer in both cases.
INSERT INTO sweeps (digest, name, text) VALUES (@digest, @name, @text)
ON CONFLICT (digest) DO UPDATE SET digest = EXCLUDED.digest
RETURNING sweep_id;
