SELECT run_id FROM runs WHERE schedule_id = @scheduleId AND fire_time = @fireTime;
