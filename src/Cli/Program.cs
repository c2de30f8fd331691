using AttnSweep.Cli.CommandLine;

return await AttnsweepProgram.RunAsync(args);
