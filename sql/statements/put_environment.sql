INSERT INTO environments (fingerprint, facts) VALUES (@fingerprint, @facts::jsonb) ON CONFLICT DO NOTHING;
