using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Connectors;

/// <summary>Adds, finds and removes Data Analyzer profiles. The one named Default is always there.</summary>
public sealed class AnalyzerProfileRegistry(RecordStore store, TimeProvider? time = null)
{
    // As many as a run collects side by side at the most: more would limit nothing.
    private static readonly int MostConcurrentStreams = new Collection.CollectionOptions().MaxConcurrentStreams;

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Checks a profile without adding it.</summary>
    /// <exception cref="JcException">InvalidAnalyzerProfileName or InvalidConcurrency.</exception>
    public static void Check(AnalyzerProfile profile)
    {
        ConnectorRules.CheckText("InvalidAnalyzerProfileName", "name of the Data Analyzer profile", profile.Name);
        if (profile.Name.IndexOfAny(['*', '?', '[', ']']) >= 0)
        {
            throw new JcException("InvalidAnalyzerProfileName", JcErrorKind.InvalidInput,
                $"The name of the Data Analyzer profile '{profile.Name}' has a character that commands read as a wildcard. Leave it out.", profile.Name);
        }

        if (profile.MaxConcurrentStreams is { } streams && (streams < 1 || streams > MostConcurrentStreams))
        {
            throw new JcException("InvalidConcurrency", JcErrorKind.InvalidInput,
                $"{profile.MaxConcurrentStreams} streams side by side are not possible. Give a number from 1 to {MostConcurrentStreams}.", profile.Name);
        }
    }

    /// <summary>Adds a profile.</summary>
    /// <exception cref="JcException">See <see cref="Check"/>, and AnalyzerProfileExists.</exception>
    public AnalyzerProfileInfo Add(AnalyzerProfile profile)
    {
        Check(profile);
        profile = profile with { CreatedAt = _time.GetUtcNow() };
        if (!store.Connectors.AddAnalyzerProfile(profile))
        {
            throw new JcException("AnalyzerProfileExists", JcErrorKind.AlreadyExists,
                $"A Data Analyzer profile named '{profile.Name}' exists already. Choose another name.", profile.Name);
        }

        return Describe([profile]).First();
    }

    /// <summary>The profiles whose name matches one of the patterns (<c>*</c> and <c>?</c>), or all.</summary>
    public IReadOnlyList<AnalyzerProfile> Find(IReadOnlyList<string>? names = null) => Matching(store.Connectors.GetAnalyzerProfiles(), names);

    /// <summary>As <see cref="Find"/>, where there is no store yet: Default, which is always there.</summary>
    public static IReadOnlyList<AnalyzerProfile> FindWithoutStore(IReadOnlyList<string>? names = null) => Matching([AnalyzerProfile.Default], names);

    /// <summary>The profile of that name, in the case it was given.</summary>
    /// <exception cref="JcException">AnalyzerProfileNotFound.</exception>
    public AnalyzerProfile Get(string name) => store.Connectors.GetAnalyzerProfiles()
        .FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw NotFound(name, store.Folder, Find().Select(p => p.Name));

    /// <summary>The error for a name that no profile of a store has.</summary>
    /// <param name="name">The name.</param>
    /// <param name="folder">The store's folder.</param>
    /// <param name="known">The names that there are, one of which may be meant.</param>
    public static JcException NotFound(string name, string folder, IEnumerable<string>? known = null) => new("AnalyzerProfileNotFound", JcErrorKind.NotFound,
        $"There is no Data Analyzer profile named '{name}' in the store '{folder}'. {Likeness.Question(name, known)}Get-JcAnalyzerProfile lists those there are, New-JcAnalyzerProfile adds one.", name);

    /// <summary>Profiles with their connectors.</summary>
    public IEnumerable<AnalyzerProfileInfo> Describe(IReadOnlyList<AnalyzerProfile> profiles)
    {
        ILookup<string, Connector> members = store.Connectors.GetConnectors()
            .ToLookup(c => c.AnalyzerProfile ?? "", StringComparer.OrdinalIgnoreCase);
        foreach (AnalyzerProfile profile in profiles) yield return Describe(profile, members[profile.Name], store.Folder);
    }

    /// <summary>A profile where there is no store yet, and so no connector.</summary>
    public static AnalyzerProfileInfo DescribeWithoutStore(AnalyzerProfile profile, string folder) => Describe(profile, [], folder);

    /// <summary>Refuses to remove the one that is always there.</summary>
    /// <exception cref="JcException">AnalyzerProfileFixed.</exception>
    public static void CheckRemovable(AnalyzerProfile profile)
    {
        if (profile.Name != AnalyzerProfile.DefaultName) return;
        throw new JcException("AnalyzerProfileFixed", JcErrorKind.InvalidInput,
            "The Data Analyzer profile 'Default' is always there and cannot be removed. Take a connector out of it with Set-JcConnector -NoAnalyzerProfile.", profile.Name);
    }

    /// <summary>Removes a profile that no connector is in.</summary>
    /// <exception cref="JcException">AnalyzerProfileNotFound, AnalyzerProfileFixed for Default, or AnalyzerProfileInUse.</exception>
    public void Remove(string name)
    {
        AnalyzerProfile profile = Get(name);
        CheckRemovable(profile);
        if (store.Connectors.RemoveAnalyzerProfile(profile.Name) is { Count: > 0 } members)
        {
            throw new JcException("AnalyzerProfileInUse", JcErrorKind.InvalidInput,
                $"The Data Analyzer profile '{profile.Name}' has {Words.Count(members.Count, "connector")}, such as '{members[0]}', which would stop collecting. Move them with Set-JcConnector -AnalyzerProfile first.", name);
        }
    }

    private static IReadOnlyList<AnalyzerProfile> Matching(IEnumerable<AnalyzerProfile> profiles, IReadOnlyList<string>? names)
    {
        TextPattern[]? patterns = names is { Count: > 0 } ? [.. names.Select(n => new TextPattern(n))] : null;
        return [.. profiles.Where(p => patterns is null || Array.Exists(patterns, n => n.Matches(p.Name.AsSpan())))];
    }

    private static AnalyzerProfileInfo Describe(AnalyzerProfile profile, IEnumerable<Connector> members, string folder) => new()
    {
        Name = profile.Name,
        Description = profile.Description,
        MaxConcurrentStreams = profile.MaxConcurrentStreams,
        ConnectorName = [.. members.Select(c => c.Name)],
        CreatedAt = profile.Name == AnalyzerProfile.DefaultName ? null : profile.CreatedAt,
        StorePath = folder,
    };
}
