-- Attempts keep the name of the device that they ran on, so a device that was taken out can go.
DELETE FROM devices WHERE worker = @worker AND device_id <> ALL (@kept);
