-- Run by the migrating login itself, before it becomes attnsweep_owner.
DO $$
DECLARE
    wanted text;
    -- From PostgreSQL 16 on, whoever creates a role is a member of it that may not take it; the privilege to ask about is SET there.
    taking text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['attnsweep_owner', 'attnsweep_app', 'attnsweep_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;   -- another database's migration was faster
            END;
        END IF;
        -- Without a look first, every migration would rewrite a row of a catalogue that all databases share.
        IF NOT pg_has_role(session_user, wanted, taking) THEN
            BEGIN
                EXECUTE format('GRANT %I TO %I', wanted, session_user);
            EXCEPTION WHEN insufficient_privilege THEN
                -- A login that only migrates need not be able to run or read: the other two roles are a convenience of one-login databases.
                IF wanted = 'attnsweep_owner' THEN
                    RAISE;
                END IF;
            END;
        END IF;
    END LOOP;

    IF NOT has_schema_privilege('attnsweep_owner', 'public', 'CREATE') THEN
        GRANT USAGE, CREATE ON SCHEMA public TO attnsweep_owner;
    END IF;
    IF NOT has_schema_privilege('attnsweep_app', 'public', 'USAGE') OR NOT has_schema_privilege('attnsweep_reader', 'public', 'USAGE') THEN
        GRANT USAGE ON SCHEMA public TO attnsweep_app, attnsweep_reader;
    END IF;

    IF to_regclass('public.migrations') IS NULL THEN
        -- DbUp's journal, made here so that its times are timestamptz and its columns are explained.
        CREATE TABLE public.migrations (
            schemaversionsid integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            scriptname text NOT NULL UNIQUE,
            applied timestamptz NOT NULL
        );
        ALTER TABLE public.migrations OWNER TO attnsweep_owner;
        CREATE TABLE public.view_files (
            digest text PRIMARY KEY
        );
        ALTER TABLE public.view_files OWNER TO attnsweep_owner;
    END IF;
END
$$;
