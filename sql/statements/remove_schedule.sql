-- Its runs keep pointing at it.
UPDATE schedules SET removed_at = now() WHERE name = @name AND removed_at IS NULL;
