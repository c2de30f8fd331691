SELECT max(epoch) FROM coordinators;
