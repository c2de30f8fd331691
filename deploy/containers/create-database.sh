#!/usr/bin/env bash
# Runs once, when the volume is empty: the roles and the database, with the passwords of .env.
set -euo pipefail
psql --username=postgres --no-psqlrc \
  --set=owner_password="$ATTNSWEEP_OWNER_PASSWORD" \
  --set=coordinator_password="$ATTNSWEEP_COORDINATOR_PASSWORD" \
  --set=reader_password="$ATTNSWEEP_READER_PASSWORD" \
  --file=/attnsweep/create-database.sql
