System.Console.WriteLine("attnsweep");
