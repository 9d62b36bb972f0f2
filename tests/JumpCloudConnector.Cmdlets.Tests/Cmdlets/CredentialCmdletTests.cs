using System.Management.Automation;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>What a connector shows to JumpCloud, and the way it goes, as the cmdlets take and show it.</summary>
public sealed class CredentialCmdletTests
{
    private const string AnId = "0123456789abcdef01234567";

    [Fact]
    public async Task A_service_account_collects_is_tested_and_makes_way_for_a_key()
    {
        await using Workspace work = await StartAsync();
        PSObject added = work.One("New-JcConnector Acme 'Acme Ltd' -ServiceAccount $account -OrganizationId $org -ContentType DirectoryInsights, SystemUser @sim");
        Assert.Equal("ServiceAccount", added.Text("CredentialType"));
        Assert.Equal(work.Simulator.Options.ClientId, added.Get("ServiceAccountClientId"));
        Assert.Equal(work.Simulator.TokenUri.AbsoluteUri, added.Text("TokenUri"));
        Assert.Null(added.Get("ApiKeyEnding"));
        Assert.All(work.RunWell("Invoke-JcCollection"), r => Assert.Equal("Collected", r.Text("State")));
        Assert.Equal(work.Truth, work.RunWell("Get-JcIngestedRecord").Count);

        PSObject test = work.One("Test-JcConnector");
        Assert.Equal(true, test.Get("Success"));
        Assert.Equal("Success: DNS, TCP, AccessToken, Organization, DirectoryInsights, SystemUser", test.Text("Summary"));

        PSObject key = work.One("Set-JcConnector Acme -ApiKey $key -PassThru");
        Assert.Equal("ApiKey", key.Text("CredentialType"));
        Assert.Null(key.Get("ServiceAccountClientId"));
        Assert.Null(key.Get("TokenUri"));
        Assert.Equal(work.ApiKey[^4..], key.Get("ApiKeyEnding"));
        Assert.Equal("True", work.Text("Test-JcConnector -Quiet"));

        work.RunWell("Set-JcConnector Acme -ApiKeyVariable JCC_NOT_THERE");
        Assert.Equal("ServiceAccount", work.One("Set-JcConnector Acme -ServiceAccount $account -PassThru").Text("CredentialType"));
        Assert.Null(work.One("Get-JcConnector").Get("ApiKeyVariable"));
        Assert.Equal("True", work.Text("Test-JcConnector -Quiet"));
        Assert.Equal("ApiKeySecret", work.One("Set-JcConnector Acme -ApiKeySecret s -PassThru").Text("CredentialType"));
        Assert.Null(work.One("Get-JcConnector").Get("ServiceAccountClientId"));
    }

    [Theory]
    [InlineData("OrganizationRequired", "-ProviderId", "-ServiceAccount $account")]
    [InlineData("InvalidApiKeyReference", "Give one of them", $"-ServiceAccount $account -ApiKey $key -OrganizationId {AnId}")]
    [InlineData("InvalidApiKeyReference", "Give one of them", "-ApiKeySecret s -ApiKeyVariable V")]
    [InlineData("InvalidApiKeyReference", "Give -ApiKeySecret", "-ApiKey $key -ApiKeyVault Ops")]
    [InlineData("InvalidApiKeyReference", "Give -ServiceAccount", "-ApiKey $key -TokenUri https://sso.example.com/token")]
    [InlineData("InvalidApiKey", "misspelt", "-ApiKey $null")]
    [InlineData("InvalidApiKey", "misspelt", "-ApiKeyVariable ''")]
    [InlineData("ApiKeyRequired", "Give one of -ApiKey", "")]
    [InlineData("InvalidServiceAccount", "client ID", $"-ServiceAccount $spaced -OrganizationId {AnId}")]
    [InlineData("InvalidServiceAccount", "secret", $"-ServiceAccount $empty -OrganizationId {AnId}")]
    [InlineData("InsecureUri", "Use https", $"-ServiceAccount $account -OrganizationId {AnId} -TokenUri http://sso.example.com/token")]
    [InlineData("InvalidProxy", "-ProxyCredential", "-ApiKey $key -Proxy https://proxy.example.com:3128")]
    [InlineData("InvalidProxy", "-ProxyCredential", "-ApiKey $key -Proxy http://proxy.example.com:3128/path")]
    [InlineData("InvalidProxy", "Give -Proxy", "-ApiKey $key -ProxyCredential $account")]
    [InlineData("InvalidProxy", "password", "-ApiKey $key -Proxy http://proxy.example.com:3128 -ProxyCredential $empty")]
    [InlineData("ProxyAndNoProxy", "one of the two", "-ApiKey $key -Proxy http://proxy.example.com:3128 -NoProxy")]
    [InlineData("ParameterArgumentTransformationError", "absolute address", "-ApiKey $key -Proxy proxy.example.com:3128")]
    public async Task What_is_refused_says_what_to_do_and_stores_nothing(string errorId, string says, string given)
    {
        await using Workspace work = Offline();
        work.RunWell("New-JcAnalyzerProfile Night");
        string message = work.Refused(errorId, $"New-JcConnector Acme T -ContentType SystemUser {given}");
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Empty(work.RunWell("Get-JcConnector"));
    }

    [Theory]
    [InlineData("InvalidApiKeyReference", "-ServiceAccount $account -ApiKey $key")]
    [InlineData("InvalidApiKeyReference", "-ServiceAccount $account -ApiKeyVariable V")]
    [InlineData("InvalidApiKey", "-ServiceAccount $null")]
    [InlineData("OrganizationRequired", "-OrganizationId $null")]
    [InlineData("InvalidServiceAccount", "-ServiceAccount $empty")]
    [InlineData("ProxyAndNoProxy", "-NoProxy -Proxy http://proxy.example.com:3128")]
    [InlineData("ProxyAndNoProxy", "-NoProxy -ProxyCredential $account")]
    [InlineData("InvalidProxy", "-ProxyCredential $account")]
    public async Task A_change_that_cannot_be_leaves_the_connector_as_it_is(string errorId, string given)
    {
        await using Workspace work = Offline();
        work.RunWell($"New-JcConnector Acme T -ContentType SystemUser -ServiceAccount $account -OrganizationId {AnId}");
        string before = Settings(work);
        work.Refused(errorId, $"Set-JcConnector Acme {given}");
        Assert.Equal(before, Settings(work));
    }

    [Fact]
    public async Task A_proxy_is_set_and_taken_away()
    {
        await using Workspace work = Offline();
        PSObject added = work.One(
            "New-JcConnector Acme T -ContentType SystemUser -ApiKey $key -Proxy http://proxy.example.com:3128 -ProxyCredential $account");
        Assert.Equal(("http://proxy.example.com:3128/", "client"), (added.Text("Proxy"), added.Text("ProxyUser")));
        Assert.Equal("client", Change("-ProxyCredential $account").Text("ProxyUser"));
        Assert.Null(Change("-ProxyCredential $null").Get("ProxyUser"));
        PSObject other = Change("-Proxy http://other.example.com:8080 -ProxyCredential $account");
        Assert.Equal(("http://other.example.com:8080/", "client"), (other.Text("Proxy"), other.Text("ProxyUser")));
        // Named anew without a user, it asks for none.
        Assert.Null(Change("-Proxy http://other.example.com:8080").Get("ProxyUser"));
        PSObject none = Change("-NoProxy");
        Assert.Equal((true, null), (none.Get("NoProxy"), none.Get("Proxy")));
        Assert.Equal(false, Change("-NoProxy:$false").Get("NoProxy"));
        Change("-Proxy http://other.example.com:8080");
        PSObject system = Change("-Proxy $null");
        Assert.Equal((false, null), (system.Get("NoProxy"), system.Get("Proxy")));

        PSObject Change(string given) => work.One($"Set-JcConnector Acme {given} -PassThru");
    }

    [Fact]
    public async Task Certificate_authorities_are_kept_by_their_full_path_and_missed_with_a_warning()
    {
        await using Workspace work = Offline();
        ScriptResult missing = work.Run("New-JcConnector Acme T -ContentType SystemUser -ApiKey $key -CertificateAuthorityFile $folder/none/../root.pem");
        Assert.Contains("cannot be read", Assert.Single(missing.Warnings).ToString(), StringComparison.Ordinal);
        string path = Path.Combine(work.Folder, "root.pem");
        Assert.Equal(path, Assert.Single(missing.Output).Text("CertificateAuthorityFile"));
        await File.WriteAllTextAsync(path, "no certificate", TestContext.Current.CancellationToken);
        ScriptResult bad = work.Run("Set-JcConnector Acme -CertificateAuthorityFile $folder/root.pem");
        Assert.Contains("no certificate", Assert.Single(bad.Warnings).ToString(), StringComparison.Ordinal);
        Assert.Equal("InvalidCertificateAuthority", work.One("Invoke-JcCollection Acme").Get("ErrorId"));
        Assert.Null(work.One("Set-JcConnector Acme -CertificateAuthorityFile $null -PassThru").Get("CertificateAuthorityFile"));
    }

    [Fact]
    public async Task A_file_has_the_client_ids_and_import_is_given_the_secrets()
    {
        await using Workspace work = await StartAsync();
        work.RunWell(
            """
            $null = New-JcConnector Account T -ServiceAccount $account -OrganizationId $org -ContentType SystemUser @sim
            $null = New-JcConnector Key T -ApiKey $key -ContentType SystemUser @sim
            Export-JcConnector $folder/a.csv
            $there = @{ StorePath = "$folder/there" }
            """);
        PSObject[] lines = [.. work.RunWell("Import-JcConnector $folder/a.csv -ApiKey $key @there")];
        Assert.Equal(["Added", "Added"], lines.Select(l => l.Text("Outcome")));
        Assert.Contains("Set-JcConnector 'Account' -ServiceAccount", lines[0].Text("Message"), StringComparison.Ordinal);
        Assert.Null(lines[1].Get("Message"));
        Assert.Equal("ServiceAccountSecretMissing", work.One("Invoke-JcCollection Account @there").Get("ErrorId"));

        work.RunWell("Remove-JcConnector Account -Force @there");
        lines = [.. work.RunWell("Import-JcConnector $folder/a.csv -ServiceAccount $spaced, $account @there")];
        Assert.Equal(["Added", "Unchanged"], lines.Select(l => l.Text("Outcome")));
        Assert.Null(lines[0].Get("Message"));
        Assert.Equal("True", work.Text("Test-JcConnector Account -Quiet @there"));
        work.Refused("InvalidServiceAccount", "Import-JcConnector $folder/a.csv -ServiceAccount $account, $account @there");

        // From a key to the account, by a line that names it.
        await File.WriteAllTextAsync(
            Path.Combine(work.Folder, "b.csv"),
            $"Name,OrganizationId,ServiceAccountClientId,Proxy\nKey,{work.Organization.Id},{work.Simulator.Options.ClientId},(none)\n", TestContext.Current.CancellationToken);
        Assert.Equal("Updated", work.One("Import-JcConnector $folder/b.csv -Update -ServiceAccount $account @there").Text("Outcome"));
        PSObject changed = work.One("Get-JcConnector Key @there");
        Assert.Equal(("ServiceAccount", null, true), (changed.Text("CredentialType"), changed.Get("ApiKeyEnding"), changed.Get("NoProxy")));
        Assert.Equal("True", work.Text("Test-JcConnector Key -Quiet @there"));
    }

    private static string Settings(Workspace work)
    {
        PSObject connector = work.One("Get-JcConnector");
        string[] names = ["CredentialType", "ServiceAccountClientId", "OrganizationId", "Proxy", "ProxyUser", "NoProxy", "ModifiedAt"];
        return string.Join('\n', names.Select(n => $"{n}: {connector.Text(n)}"));
    }

    private static async Task<Workspace> StartAsync()
    {
        Workspace work = await Workspace.StartAsync(events: 100, users: 5);
        SetAccounts(work, work.Simulator.Options.ClientId, work.Simulator.Options.ClientSecret);
        work.Session.SetVariable("org", work.Organization.Id);
        return work;
    }

    private static Workspace Offline()
    {
        Workspace work = Workspace.Offline();
        SetAccounts(work, "client", "secret-of-the-client");
        return work;
    }

    private static void SetAccounts(Workspace work, string clientId, string secret)
    {
        work.Session.SetVariable("account", new PSCredential(clientId, Workspace.Secure(secret)));
        work.Session.SetVariable("spaced", new PSCredential("a client", Workspace.Secure(secret)));
        work.Session.SetVariable("empty", new PSCredential(clientId, Workspace.Secure("")));
    }
}
