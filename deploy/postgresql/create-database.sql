-- Run once as a superuser, before the first `attnsweep migrate`:
--   psql --username=postgres --set=owner_password=… --set=coordinator_password=… --set=reader_password=… --file=deploy/postgresql/create-database.sql
-- Three group roles that nobody logs in as, and one login for each. `attnsweep migrate` runs as attnsweep_migrator,
-- coordinators and `attnsweep submit` as attnsweep_coordinator, people and dashboards as attnsweep_analyst.
\set ON_ERROR_STOP on

CREATE ROLE attnsweep_owner NOLOGIN;
CREATE ROLE attnsweep_app NOLOGIN;
CREATE ROLE attnsweep_reader NOLOGIN;

CREATE ROLE attnsweep_migrator LOGIN PASSWORD :'owner_password' IN ROLE attnsweep_owner;
CREATE ROLE attnsweep_coordinator LOGIN PASSWORD :'coordinator_password' IN ROLE attnsweep_app, attnsweep_reader;
CREATE ROLE attnsweep_analyst LOGIN PASSWORD :'reader_password' IN ROLE attnsweep_reader;

CREATE DATABASE attnsweep OWNER attnsweep_owner;
REVOKE CONNECT ON DATABASE attnsweep FROM PUBLIC;
GRANT CONNECT ON DATABASE attnsweep TO attnsweep_owner, attnsweep_app, attnsweep_reader;
