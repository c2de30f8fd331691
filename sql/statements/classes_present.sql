SELECT DISTINCT d.backend, d.backend || ' ' || d.name AS device_class
FROM devices d JOIN nodes n USING (worker) WHERE n.state = 'present';
