using AttnSweep.Catalogue;

namespace AttnSweep.Kernels.Own;

/// <summary>
/// The folder whose assemblies are own kernels. Its name comes from this process's environment and from nowhere else: no sweep file, message or
/// row of the database can name code to run.
/// </summary>
public static class OwnKernelFolder
{
    public const string Variable = "ATTNSWEEP_KERNELS";

    /// <summary>Loads the kernels that the environment names and adds them to the catalogue; nothing where the variable is not set.</summary>
    /// <exception cref="OwnKernelProblemException">The folder, or an assembly in it, cannot be used.</exception>
    public static void AddToCatalogue()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder)
        {
            KernelCatalogue.Add(Load(folder));
        }
    }

    /// <summary>Every kernel of every *.dll that lies directly in the folder, by name.</summary>
    /// <exception cref="OwnKernelProblemException">The first mistake found.</exception>
    public static IReadOnlyList<OwnKernel> Load(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new OwnKernelProblemException($"{Variable} names {folder}, which is no folder; it would be one whose *.dll are kernels");
        }

        // Whoever may write here decides what this process runs.
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherWrite))
        {
            throw new OwnKernelProblemException($"{Variable} names {folder}, where every user of this machine may put code; `chmod o-w` it");
        }

        var files = Directory.GetFiles(folder, "*.dll").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0)
        {
            throw new OwnKernelProblemException($"{Variable} names {folder}, which holds no *.dll; put the assembly of a kernel there, or unset the variable");
        }

        var found = new Dictionary<string, (OwnKernel Kernel, string File)>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var kernel in OwnKernelAssembly.Load(file))
            {
                if (KernelCatalogue.BuiltIn.Any(k => k.Name == kernel.Name))
                {
                    throw new OwnKernelProblemException($"{file}: its kernel '{kernel.Name}' has the name of a built-in one; give it another");
                }

                if (!found.TryAdd(kernel.Name, (kernel, file)))
                {
                    throw new OwnKernelProblemException($"{file}: its kernel '{kernel.Name}' has the name of one in {found[kernel.Name].File}; give one of them another, or take one away");
                }
            }
        }

        return [.. found.Values.Select(f => f.Kernel).OrderBy(k => k.Name, StringComparer.Ordinal)];
    }
}
