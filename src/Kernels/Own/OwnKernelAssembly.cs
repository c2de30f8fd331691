using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace AttnSweep.Kernels.Own;

/// <summary>One assembly of own kernels: checked before any of its code runs, then loaded from the very bytes that were hashed.</summary>
internal static partial class OwnKernelAssembly
{
    /// <summary>Hexadecimal digits of the hash that a build is known by.</summary>
    private const int HashDigits = 16;

    private static readonly Assembly[] Hosts = [typeof(OwnKernel).Assembly, typeof(Catalogue.KernelDefinition).Assembly];

    /// <exception cref="OwnKernelProblemException">It is no assembly, holds no kernel, or was built against another version.</exception>
    public static IReadOnlyList<OwnKernel> Load(string file)
    {
        try
        {
            var bytes = File.ReadAllBytes(file);
            using var image = new PEReader(new MemoryStream(bytes));
            var metadata = image.HasMetadata ? image.GetMetadataReader() : throw new BadImageFormatException();
            CheckVersions(file, metadata);
            var assembly = new OwnKernelContext(file).LoadFromStream(new MemoryStream(bytes));
            CheckMembers(assembly.ManifestModule, metadata);
            var types = assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false, IsVisible: true } && t.IsSubclassOf(typeof(OwnKernel))).ToList();
            if (types.Count == 0)
            {
                throw new OwnKernelProblemException($"{file}: it holds no kernel; one is a public class that derives from {typeof(OwnKernel).FullName}");
            }

            var build = BuildOf(assembly, bytes);
            return [.. types.Select(type => Make(file, type, build))];
        }
        catch (Exception problem) when (problem is BadImageFormatException or FileLoadException)
        {
            throw new OwnKernelProblemException($"{file}: it is no .NET assembly that can be loaded; libraries that a kernel needs lie in the folder {OwnKernelContext.CompanionsOf(file)}");
        }
        catch (ReflectionTypeLoadException problem)
        {
            throw DoesNotFit(file, problem.LoaderExceptions.FirstOrDefault(e => e is not null) ?? problem);
        }
        catch (Exception problem) when (problem is TypeLoadException or MissingMemberException or FileNotFoundException)
        {
            throw DoesNotFit(file, problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new OwnKernelProblemException($"{file}: it cannot be read: {OneLine(problem)}");
        }
    }

    /// <summary>Read from the metadata: a wrong version must not get as far as being run.</summary>
    private static void CheckVersions(string file, MetadataReader metadata)
    {
        foreach (var reference in metadata.AssemblyReferences.Select(metadata.GetAssemblyReference))
        {
            var name = metadata.GetString(reference.Name);
            var host = Hosts.Select(h => h.GetName()).FirstOrDefault(h => h.Name == name);
            if (host is not null && host.Version != reference.Version)
            {
                throw new OwnKernelProblemException($"{file}: it was built against {name} {reference.Version}, and this is {host.Version}; build it again with this version's sources");
            }
        }
    }

    /// <summary>What the assembly names must be there: else it would be missed in the middle of a run, at the first call of the method that needs it.</summary>
    private static void CheckMembers(Module module, MetadataReader metadata)
    {
        foreach (var type in metadata.TypeReferences)
        {
            module.ResolveType(MetadataTokens.GetToken(type));
        }

        // Members of generic types mean nothing without their arguments.
        foreach (var member in metadata.MemberReferences.Where(m => metadata.GetMemberReference(m).Parent.Kind == HandleKind.TypeReference))
        {
            module.ResolveMember(MetadataTokens.GetToken(member));
        }
    }

    private static OwnKernel Make(string file, Type type, string build)
    {
        if (type.GetConstructor(Type.EmptyTypes) is not { } constructor)
        {
            throw new OwnKernelProblemException($"{file}: its kernel {type.FullName} needs a public constructor without parameters");
        }

        OwnKernel kernel;
        try
        {
            kernel = (OwnKernel)constructor.Invoke(null);
            if (!KernelName().IsMatch(kernel.Name ?? ""))
            {
                throw new OwnKernelProblemException($"{file}: its kernel {type.FullName} is named '{kernel.Name}'; a name is of a-z, 0-9 and -, begins with a letter, and has at most 40 characters");
            }

            if (kernel.Parameters is not { } parameters || parameters.Any(p => !KernelName().IsMatch(p.Name ?? "")) || parameters.DistinctBy(p => p.Name).Count() < parameters.Count)
            {
                throw new OwnKernelProblemException($"{file}: the parameters of its kernel '{kernel.Name}' need names of a-z, 0-9 and -, each another");
            }
        }
        catch (Exception problem) when (problem is not OwnKernelProblemException and not TypeLoadException and not MissingMemberException)
        {
            throw new OwnKernelProblemException($"{file}: its kernel {type.FullName} fails when it is made: {OneLine(problem is TargetInvocationException { InnerException: { } inner } ? inner : problem)}");
        }

        kernel.BuildOfAssembly = build;
        return kernel;
    }

    private static string BuildOf(Assembly assembly, byte[] bytes)
    {
        var name = assembly.GetName();
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? name.Version?.ToString();
        return $"{name.Name} {version} sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashDigits]}";
    }

    private static OwnKernelProblemException DoesNotFit(string file, Exception problem) =>
        new($"{file}: it does not fit this version of AttnSweep, or lacks an assembly ({OneLine(problem)}); build it again with this version's sources");

    private static string OneLine(Exception problem) => $"{problem.GetType().Name}: {problem.Message.ReplaceLineEndings(" ")}";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$")]
    private static partial Regex KernelName();
}
