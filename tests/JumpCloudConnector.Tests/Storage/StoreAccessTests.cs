using System.Diagnostics;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Tests.Storage;

/// <summary>Who may change what a privileged account is to run. On Linux; Windows has its own rules, which nothing here can run.</summary>
public sealed class StoreAccessTests : IDisposable
{
    private readonly string _folder = "/root/jc-access-" + Guid.NewGuid().ToString("N");

    public StoreAccessTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can give files to another account.");
        Directory.CreateDirectory(Path.Combine(_folder, "bin"));
        File.WriteAllText(Path.Combine(_folder, "bin", "JumpCloudConnector.dll"), "");
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_root_alone_can_change_root_may_run() => Check("root", isPrivileged: true);

    [Theory]
    [InlineData("chown nobody {0}")]
    [InlineData("chown nobody {0}/bin/JumpCloudConnector.dll")]
    [InlineData("chmod 777 {0}/bin")]
    [InlineData("chmod 664 {0}/bin/JumpCloudConnector.dll")]
    public async Task What_others_can_change_root_may_not(string command)
    {
        await RunAsync(command);
        JcException refused = Assert.Throws<JcException>(() => Check("root", isPrivileged: true));
        Assert.Equal("ModuleFolderOpen", refused.ErrorId);
        Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_without_privileges_may_run_what_is_its_own()
    {
        await RunAsync("chown -R nobody {0}");
        Check("nobody", isPrivileged: false);
        Assert.Equal("ModuleFolderOpen", Assert.Throws<JcException>(() => Check("daemon", isPrivileged: false)).ErrorId);
    }

    [Fact]
    public async Task A_store_of_another_account_is_refused_with_the_remedy()
    {
        await RunAsync("chown nobody {0}");
        StoreAccess.Grant(_folder, "nobody", isSystem: false);
        StoreAccess.Grant(_folder, "root", isSystem: false);
        JcException refused = Assert.Throws<JcException>(() => StoreAccess.Grant(_folder, "daemon", isSystem: false));
        Assert.Equal("AccountHasNoAccess", refused.ErrorId);
        Assert.Contains($"chown -R daemon '{_folder}'", refused.Message, StringComparison.Ordinal);
        StoreAccess.Grant(_folder + "-not-there", "daemon", isSystem: false);
    }

    private void Check(string account, bool isPrivileged) => StoreAccess.CheckModule(_folder, "/bin/sh", account, isPrivileged);

    private async Task RunAsync(string command)
    {
        string[] words = string.Format(System.Globalization.CultureInfo.InvariantCulture, command, _folder).Split(' ');
        using Process process = Process.Start(words[0], words[1..]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>SQLite's log is shared through memory, which no two computers have.</summary>
    [Theory]
    [InlineData(@"\\server\share\store", true, true)]
    [InlineData(@"\\?\UNC\server\share\store", true, true)]
    [InlineData(@"\\?\C:\store", true, false)]
    [InlineData(@"C:\store", true, false)]
    [InlineData(@"Z:\store", true, true)]
    [InlineData("/mnt/share/not/there/yet", false, false)]
    [InlineData("/tmp/store", false, true)]
    public void A_network_share_is_recognized(string folder, bool isWindows, bool expected) =>
        Assert.Equal(expected, StoreFolder.IsOnNetwork(folder, isWindows, place => place is @"Z:\" or "/tmp" ? DriveType.Network : DriveType.Fixed));
}
