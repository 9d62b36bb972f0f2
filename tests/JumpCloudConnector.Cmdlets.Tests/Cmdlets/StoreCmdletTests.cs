using System.Management.Automation;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>Get-, Set-, Test- and Backup-JcStore, and Remove-JcIngestedRecord.</summary>
public sealed class StoreCmdletTests
{
    [Fact]
    public async Task Records_are_removed_by_connector_tenant_and_time_and_do_not_come_back()
    {
        await using Workspace work = await Workspace.StartAsync(events: 900, users: 5);
        work.Add();
        work.RunWell("New-JcConnector Beta 'Beta Ltd' -ApiKey $key -ContentType DirectoryInsights @sim; Invoke-JcCollection");
        int all = work.RunWell("Get-JcIngestedRecord").Count, beta = work.RunWell("Get-JcIngestedRecord Beta").Count;
        work.Refused("NothingSelected", "Remove-JcIngestedRecord");
        work.Refused("LastAndAfter", "Remove-JcIngestedRecord -Last 2h -After 3h");
        Assert.Empty(work.RunWell("Remove-JcIngestedRecord Beta -WhatIf; Remove-JcIngestedRecord Beta -Force -WhatIf; Remove-JcIngestedRecord Nobody -Force"));
        Assert.Empty(work.RunWell("Get-JcConnector Nob* | Remove-JcIngestedRecord -Force"));
        Assert.Equal(all, work.RunWell("Get-JcIngestedRecord").Count);

        int last = work.RunWell("Get-JcIngestedRecord Beta -Last 5h").Count;
        PSObject some = work.One("Remove-JcIngestedRecord Beta -Last 5h -Confirm:$false");
        Assert.InRange(some.Number("Records"), last - 2, last);
        Assert.Equal(work.StorePath, some.Text("StorePath"));
        long left = beta - some.Number("Records");
        Assert.Equal(left, work.RunWell("Get-JcIngestedRecord Beta").Count);

        // Of a connector that is no longer there, by the names in its records.
        work.RunWell("Remove-JcConnector Beta -Force");
        Assert.Equal(left, work.One("Remove-JcIngestedRecord -TenantName 'beta*' -Force").Number("Records"));
        Assert.Equal(all - beta, work.RunWell("Get-JcIngestedRecord").Count);

        work.RunWell("Get-JcConnector Acme | Remove-JcIngestedRecord -Force");
        Assert.Empty(work.RunWell("Get-JcIngestedRecord"));
        work.RunWell("Invoke-JcCollection -Force");
        Assert.DoesNotContain(work.RunWell("Get-JcIngestedRecord"), r => r.Text("MsgClass") == "jumpcloud_directoryinsights");
        Assert.Equal("True", work.Text("Test-JcIngestion -Quiet"));
        Assert.Equal("True", work.Text("Test-JcStore -Full -Quiet"));
    }

    [Fact]
    public async Task A_store_is_described_and_its_retention_set()
    {
        await using Workspace work = await Workspace.StartAsync(events: 400, users: 3);
        work.Refused("StoreNotFound", "Get-JcStore");
        work.Refused("StoreNotFound", "Set-JcStore -RetentionDays 30");
        work.Add();
        work.RunWell("Invoke-JcCollection");
        PSObject store = work.One("Get-JcStore");
        Assert.Equal(work.Truth, store.Number("Records"));
        Assert.Equal((null, null, work.StorePath), (store.Get("RetentionDays"), store.Get("MaxSizeGB"), store.Text("StorePath")));

        Assert.Empty(work.RunWell("Set-JcStore -RetentionDays 30 -WhatIf"));
        Assert.Null(work.One("Get-JcStore").Get("RetentionDays"));
        Assert.Empty(work.RunWell("Set-JcStore -RetentionDays 30 -MaxSizeGB 1.5"));
        Assert.Equal((30, 1.5), (work.One("Get-JcStore").Get("RetentionDays"), work.One("Get-JcStore").Get("MaxSizeGB")));
        PSObject set = work.One("& { $PSDefaultParameterValues = @{}; Get-JcStore -StorePath $store | Set-JcStore -RetentionDays 0 -PassThru }");
        Assert.Equal((null, 1.5), (set.Get("RetentionDays"), set.Get("MaxSizeGB")));
        Assert.Null(work.One("Set-JcStore -MaxSizeGB $null -PassThru").Get("MaxSizeGB"));
        Assert.Equal(work.Truth, work.One("Set-JcStore -RetentionDays 2 -Now -PassThru").Number("Records"));

        work.Refused("NothingToChange", "Set-JcStore");
        Assert.Contains("at most 36500", work.Refused("ParameterArgumentTransformationError", "Set-JcStore -RetentionDays 99999999999"), StringComparison.Ordinal);
        foreach (string wrong in (string[])["-RetentionDays -1", "-RetentionDays 40000", "-MaxSizeGB 0.001", "-MaxSizeGB -3"])
            work.Refused("InvalidRetention", "Set-JcStore " + wrong);
        foreach (string wrong in (string[])["-RetentionDays 1.5", "-RetentionDays 30d", "-MaxSizeGB 50GB", "-MaxSizeGB much"])
            Assert.NotEmpty(work.Run("Set-JcStore " + wrong).AllErrors);
        Assert.Equal(2, work.One("Get-JcStore").Get("RetentionDays"));
    }

    [Fact]
    public async Task Who_shortens_the_retention_is_asked_where_records_go_for_it()
    {
        const int yes = 0, no = 2;
        int answer = no;
        List<string> asked = [];
        using StringWriter shown = new();
        TextHostOptions host = new()
        {
            Output = shown,
            OnChoice = (question, _, _) =>
            {
                asked.Add(question);
                return answer;
            },
        };
        await using Workspace work = await Workspace.StartAsync(events: 400, users: 3, host: host);
        work.Add();
        work.RunWell("Invoke-JcCollection");
        work.Organization.AddEvents(300, DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(-4));
        work.RunWell("Invoke-JcCollection -After 6d -Before 3d");
        long old = work.RunWell("Get-JcIngestedRecord -Before 3d").Count;
        Assert.Equal(300, old);
        Assert.True(work.Session.Show("Set-JcStore -RetentionDays 3 -WhatIf"));
        Assert.Contains("300 records", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains("cannot be brought back", shown.ToString(), StringComparison.Ordinal);
        shown.GetStringBuilder().Clear();
        Assert.True(work.Session.Show("Remove-JcIngestedRecord Acme -Before 2001-01-01 -WhatIf"));
        Assert.Contains("Remove 0 records of connector 'Acme'", shown.ToString(), StringComparison.Ordinal);
        // Nothing goes for these.
        work.RunWell("Set-JcStore -RetentionDays 30; Set-JcStore -RetentionDays 20 -MaxSizeGB 5");
        Assert.Empty(asked);
        work.RunWell("Set-JcStore -RetentionDays 3");
        Assert.Contains("300 records", Assert.Single(asked), StringComparison.Ordinal);
        Assert.Equal(20, work.One("Get-JcStore").Get("RetentionDays"));
        answer = yes;
        work.RunWell("Set-JcStore -RetentionDays 3");
        Assert.Equal((2, 3), (asked.Count, work.One("Get-JcStore").Get("RetentionDays")));
        // They go by the settings there are.
        work.RunWell("Set-JcStore -RetentionDays 4 -Confirm:$false; Set-JcStore -RetentionDays 3 -Force; Set-JcStore -Now");
        Assert.Equal(2, asked.Count);
        Assert.Equal(0, work.One("Measure-JcIngestedRecord -Before 3d").Number("Count"));
    }

    [Fact]
    public async Task A_store_is_tested()
    {
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 3);
        work.Refused("StoreNotFound", "Test-JcStore");
        ScriptResult none = work.Run("Test-JcStore -Quiet");
        Assert.Equal("False", Assert.Single(none.Output).ToString());
        work.Add();
        work.RunWell("Invoke-JcCollection");
        PSObject test = work.One("Test-JcStore");
        Assert.Equal(("Healthy", work.Truth), (test.Text("State"), (int)test.Number("Records")));
        Assert.Equal("True", work.Text("& { $PSDefaultParameterValues = @{}; Get-JcStore -StorePath $store | Test-JcStore -Full -Quiet }"));

        string file = Path.Combine(work.StorePath, "store.db");
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        foreach (string beside in Directory.GetFiles(work.StorePath, "store.db-*")) File.Delete(beside);
        await File.WriteAllBytesAsync(file, [.. bytes.AsSpan(0, 8192).ToArray(), .. new byte[8192 * 3], .. bytes.AsSpan(8192 * 4).ToArray()], TestContext.Current.CancellationToken);
        Assert.Equal("Damaged", work.One("Test-JcStore").Text("State"));
        Assert.Equal("False", work.Text("Test-JcStore -Quiet"));
    }

    [Fact]
    public async Task A_backup_is_tested_as_it_lies()
    {
        await using Workspace work = await Workspace.StartAsync(events: 700, users: 3);
        work.Add();
        work.RunWell("Invoke-JcCollection");
        string file = Path.Combine(work.Folder, "b.db");
        PSObject test = work.One("Backup-JcStore $folder/b.db | Test-JcStore -Full");
        Assert.Equal(("Healthy", work.Truth, file), (test.Text("State"), (int)test.Number("Records"), test.Text("StorePath")));
        Assert.Equal("True", work.Text("Test-JcStore -BackupFile $folder/b.db -Quiet"));
        // Nothing is left beside it.
        Assert.Equal(["b.db"], Directory.GetFiles(work.Folder).Select(Path.GetFileName));
        work.Refused("FileNotFound", "Test-JcStore -BackupFile $folder/none.db");
        // Nor beside a raw copy of the store's own file, whatever its name.
        string raw = Path.Combine(work.Folder, "raw #1 %20.db");
        File.Copy(Path.Combine(work.StorePath, "store.db"), raw);
        PSObject copied = work.One($"Test-JcStore -BackupFile '{raw}'");
        Assert.Equal(("Healthy", work.Truth), (copied.Text("State"), (int)copied.Number("Records")));
        Assert.Equal(["b.db", "raw #1 %20.db"], Directory.GetFiles(work.Folder).Select(Path.GetFileName).Order());
        File.Delete(raw);

        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(file, [.. bytes.AsSpan(0, 8192).ToArray(), .. new byte[8192 * 3], .. bytes.AsSpan(8192 * 4).ToArray()], TestContext.Current.CancellationToken);
        Assert.Equal("Damaged", work.One("Test-JcStore -BackupFile $folder/b.db").Text("State"));
        await File.WriteAllTextAsync(file, "This is no database, however long it may be.", TestContext.Current.CancellationToken);
        Assert.Equal("False", work.Text("Test-JcStore -BackupFile $folder/b.db -Quiet"));
        // A copy that a full disk has cut to nothing.
        await File.WriteAllBytesAsync(file, [], TestContext.Current.CancellationToken);
        work.Refused("NotAStore", "Test-JcStore -BackupFile $folder/b.db");
        Assert.Equal("Healthy", work.One("Test-JcStore").Text("State"));
    }

    [Fact]
    public async Task A_store_is_backed_up_and_opened_again()
    {
        await using Workspace work = await Workspace.StartAsync(events: 300, users: 3);
        work.Refused("StoreNotFound", "Backup-JcStore $folder");
        work.Add();
        work.RunWell("Invoke-JcCollection");
        Assert.Empty(work.RunWell("Backup-JcStore $folder/b.db -WhatIf"));
        Assert.False(File.Exists(Path.Combine(work.Folder, "b.db")));
        PSObject file = work.One("Backup-JcStore $folder/b.db");
        Assert.Equal((Path.Combine(work.Folder, "b.db"), "b.db", work.StorePath), (file.Text("FullName"), file.Text("Name"), file.Text("StorePath")));
        Assert.Equal((work.Truth, work.Truth, new FileInfo(Path.Combine(work.Folder, "b.db")).Length), ((int)file.Number("Records"), (int)file.Number("LastSequence"), file.Number("Bytes")));
        work.Refused("BackupExists", "Backup-JcStore $folder/b.db");
        work.Refused("BackupFailed", "Backup-JcStore $folder/none/b.db");
        work.Refused("BackupFailed", "Backup-JcStore $folder/none/");
        work.Refused("InvalidPath", "Backup-JcStore Env:/b.db");
        Assert.Contains("folder of the store itself", work.Refused("BackupFailed", "Backup-JcStore $store/b.db"), StringComparison.Ordinal);
        work.Refused("BackupFailed", "Backup-JcStore $store");
        work.One("Backup-JcStore $folder/b.db -Force");
        string restored = Directory.CreateDirectory(Path.Combine(work.Folder, "restored")).FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(restored, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Path.Combine(work.Folder, "b.db"), Path.Combine(restored, "store.db"));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord -StorePath $folder/restored").Count);
        Assert.Equal("True", work.Text("Test-JcStore -StorePath $folder/restored -Full -Quiet"));

        work.One("Backup-JcStore $folder/restored/");
        Assert.Single(Directory.GetFiles(restored, "JumpCloudConnector-*.db"));
    }
}
