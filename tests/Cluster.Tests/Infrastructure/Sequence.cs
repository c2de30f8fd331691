// Each test starts a cluster of its own and looks at the processes below this one: side by side they would see each other's, and two
// clusters on two cores make every wait longer.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
