SELECT kernel, backend, device, intercept, slope, of_n, of_d, error, observations FROM cost_models ORDER BY kernel, backend, device;
