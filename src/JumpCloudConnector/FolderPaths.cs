namespace JumpCloudConnector;

/// <summary>Compares paths of folders.</summary>
internal static class FolderPaths
{
    /// <summary>True where a path is a folder or lies below it.</summary>
    public static bool IsIn(string path, string folder)
    {
        StringComparison comparison = Path.DirectorySeparatorChar == '\\' ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return WithEnd(path).StartsWith(WithEnd(folder), comparison);
    }

    private static string WithEnd(string path) =>
        Path.GetFullPath(path).TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar) + Path.DirectorySeparatorChar;
}
