-- Every view of the owner, in one statement so that views may build on each other.
DO $$
DECLARE
    names text;
BEGIN
    SELECT string_agg(format('public.%I', viewname), ', ') INTO names
    FROM pg_views WHERE schemaname = 'public' AND viewowner = 'attnsweep_owner';
    IF names IS NOT NULL THEN
        EXECUTE 'DROP VIEW ' || names;
    END IF;
END
$$;
