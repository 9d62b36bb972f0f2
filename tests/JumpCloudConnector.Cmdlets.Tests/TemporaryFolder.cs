namespace JumpCloudConnector.Cmdlets.Tests;

/// <summary>A folder that a test has for itself.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("jcc-test-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A file in use (Windows): the system cleans its temporary folder.
        }
    }
}
