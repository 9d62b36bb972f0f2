namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>Finds programs, also those of administrators.</summary>
internal static class Programs
{
    /// <summary>The full path of the first that is on PATH or in the folders; null where it is in none.</summary>
    public static string? Find(string name, params string[] folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(folders)
        .Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
}
