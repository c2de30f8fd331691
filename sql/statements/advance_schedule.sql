UPDATE schedules SET fired_up_to = GREATEST(fired_up_to, @firedUpTo) WHERE schedule_id = @scheduleId;
