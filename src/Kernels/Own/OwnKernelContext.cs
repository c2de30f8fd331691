using System.Reflection;
using System.Runtime.Loader;

namespace AttnSweep.Kernels.Own;

/// <summary>
/// The load context of one own assembly: two may bring different versions of a library. What this program has (its own assemblies, ILGPU) is
/// shared, so that types are the same on both sides; anything else comes from a folder beside the assembly with the assembly's name.
/// </summary>
internal sealed class OwnKernelContext(string file) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(file))
{
    public static string CompanionsOf(string file) => Path.ChangeExtension(file, null);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        try
        {
            return Default.LoadFromAssemblyName(assemblyName);
        }
        catch (Exception problem) when (problem is FileNotFoundException or FileLoadException)
        {
            var companion = Path.Combine(CompanionsOf(file), assemblyName.Name + ".dll");
            return File.Exists(companion) ? LoadFromAssemblyPath(Path.GetFullPath(companion)) : null;
        }
    }
}
