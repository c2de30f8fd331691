INSERT INTO cost_models (kernel, backend, device, intercept, slope, of_n, of_d, error, observations)
VALUES (@kernel, @backend, @device, @intercept, @slope, @ofN, @ofD, @error, @observations)
ON CONFLICT (kernel, backend, device) DO UPDATE
SET intercept = EXCLUDED.intercept, slope = EXCLUDED.slope, of_n = EXCLUDED.of_n, of_d = EXCLUDED.of_d,
    error = EXCLUDED.error, observations = EXCLUDED.observations, fitted_at = now();
