-- GRANT ... ON ALL TABLES covers views too; tables are named again, which changes nothing.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO attnsweep_app, attnsweep_reader;
DELETE FROM view_files WHERE digest <> @digest;
INSERT INTO view_files (digest) VALUES (@digest) ON CONFLICT DO NOTHING;
