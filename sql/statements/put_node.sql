INSERT INTO nodes (worker, host, process_id, incarnation, code_version, fingerprint, labels, state, address)
VALUES (@worker, @host, @processId, @incarnation, @codeVersion, @fingerprint, @labels, 'present', @address)
ON CONFLICT (worker) DO UPDATE
SET host = EXCLUDED.host, process_id = EXCLUDED.process_id, incarnation = EXCLUDED.incarnation, code_version = EXCLUDED.code_version,
    fingerprint = EXCLUDED.fingerprint, labels = EXCLUDED.labels, state = 'present', seen_at = now(), gone_at = NULL, address = EXCLUDED.address;
