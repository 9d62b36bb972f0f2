using System.Collections;
using System.Management.Automation;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using JumpCloudConnector.Tests.Support;
using JumpCloudConnector.Tests.Support.Receivers;
using PowerShellHost;
using Xunit;

namespace JumpCloudConnector.Cmdlets.Tests.Cmdlets;

/// <summary>An API key is in no stream of any cmdlet and in no file, in none of the forms it could be in.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task A_connectors_life_leaves_no_key_behind()
    {
        using var shown = new StringWriter();
        await using Workspace work = await Workspace.StartAsync(
            events: 50, users: 3, host: new TextHostOptions { Output = shown, Width = 5000 });
        using var environment = new KeyInEnvironment(work.ApiKey);
        work.RunWell("function Get-Secret { [CmdletBinding()] param($Name, $Vault) Write-Verbose 'asked'; $key }");
        StringBuilder text = new();
        foreach (string script in new[]
        {
            "New-JcConnector Stored 'Acme Ltd' -ApiKey $key -ContentType DirectoryInsights, SystemUser @sim",
            "New-JcConnector Vault 'Acme Ltd' -ApiKeySecret jc -ContentType SystemUser @sim",
            $"New-JcConnector Variable 'Acme Ltd' -ApiKeyVariable {environment.Name} -ContentType SystemUser @sim",
            "New-JcConnector Stored T -ApiKey $key -ContentType SystemUser",
            "New-JcConnector ä T -ApiKey $key -ContentType SystemUser",
            "Invoke-JcCollection",
            "Invoke-JcCollection -Force -OutputRecord",
            "Test-JcConnector",
            "Get-JcConnector",
            "Get-JcIngestedRecord -First 10",
            "Set-JcConnector Stored -ApiKey $key -IntervalMinutes 6 -PassThru",
            "Export-JcConnector $folder/a.json",
            "Export-JcConnector $folder/a.csv",
            "Import-JcConnector $folder/a.csv -StorePath $folder/there -ApiKey $key",
            "Remove-JcConnector V* -Force",
        })
        {
            ScriptResult result = work.Run($"{script} -Verbose -Debug");
            text.Append(Everything(result));
            work.Session.Show($"{script} -Verbose -Debug");
        }

        work.Session.Show("Get-JcConnector; $Error; Get-JcConnector | ForEach-Object Streams");
        AssertAbsent(work.ApiKey, text.ToString());
        AssertAbsent(work.ApiKey, shown.ToString());
        AssertFilesClean(work);
        // The search sees what is there: the four characters that may be shown, and what was added.
        Assert.Contains(work.ApiKey[^4..], text.ToString(), StringComparison.Ordinal);
        Assert.Contains("VERBOSE", shown.ToString(), StringComparison.Ordinal);
        Assert.Contains(Files(work), file => Contains(file.Content, Encoding.UTF8.GetBytes("Acme Ltd")));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_service_that_echoes_the_key_does_not_get_it_into_errors(HttpStatusCode status)
    {
        using var echo = new EchoServer(status);
        await using Workspace work = Workspace.Offline();
        work.Session.SetVariable("sim", ModuleSession.Parameters(("InsightsUri", echo.Uri), ("ConsoleUri", echo.Uri)));
        work.Add();
        StringBuilder text = new();
        ScriptResult collected = work.Run("Invoke-JcCollection -Verbose -Debug");
        Assert.All(collected.Output, r => Assert.Equal("Failed", r.Text("State")));
        Assert.NotEmpty(collected.Output);
        text.Append(Everything(collected));
        foreach (string script in new[] { "Invoke-JcCollection -Force -OutputRecord", "Test-JcConnector", "Get-JcConnector" })
            text.Append(Everything(work.Run($"{script} -Verbose -Debug")));
        Assert.True(echo.Echoed > 0);
        AssertAbsent(work.ApiKey, text.ToString());
        AssertFilesClean(work);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_service_account_and_a_proxys_user_leave_no_secret_behind(bool granted)
    {
        const string secret = "cs_Vw7~Kp2.Xr9-Bd4_Jm6Qz1Nf8", password = "Proxy pässword 5829 of mine alone";
        using var echo = new EchoServer(HttpStatusCode.Forbidden, granted);
        using var shown = new StringWriter();
        await using Workspace work = Workspace.Offline(new TextHostOptions { Output = shown, Width = 5000 });
        work.Session.SetVariable("sim", ModuleSession.Parameters(("InsightsUri", echo.Uri), ("ConsoleUri", echo.Uri)));
        work.Session.SetVariable("account", new PSCredential("client-of-mine", Workspace.Secure(secret)));
        work.Session.SetVariable("proxyUser", new PSCredential("svc", Workspace.Secure(password)));
        StringBuilder text = new();
        foreach (string script in new[]
        {
            "New-JcConnector Account 'Acme Ltd' -ServiceAccount $account -OrganizationId 0123456789abcdef01234567 -ContentType DirectoryInsights, SystemUser @sim",
            "New-JcConnector Proxied T -ApiKey $key -ContentType SystemUser -Proxy http://127.0.0.1:9 -ProxyCredential $proxyUser @sim",
            "Invoke-JcCollection -Force",
            "Test-JcConnector",
            "Get-JcConnector",
            "Get-JcConnector | Format-List *",
            "Set-JcConnector Account -ServiceAccount $account -PassThru",
            "Set-JcConnector Proxied -ProxyCredential $proxyUser -PassThru",
            "Export-JcConnector $folder/a.json",
            "Export-JcConnector $folder/a.csv",
            "Import-JcConnector $folder/a.csv -StorePath $folder/there -ApiKey $key -ServiceAccount $account",
        })
        {
            text.Append(Everything(work.Run($"{script} -Verbose -Debug")));
            work.Session.Show($"{script}");
        }

        work.Session.Show("$Error | Format-List * -Force; Get-JcConnector | ForEach-Object Streams");
        Assert.True(echo.Echoed > 0);
        Assert.Contains("client-of-mine", text.ToString(), StringComparison.Ordinal);
        foreach (string hidden in (string[])[secret, password, EchoServer.Token, Convert.ToBase64String(Encoding.ASCII.GetBytes($"client-of-mine:{secret}"))])
        {
            AssertAbsent(hidden, text.ToString());
            AssertAbsent(hidden, shown.ToString());
            AssertFilesClean(work, hidden);
            // Not even its end, which may be shown of a key.
            Assert.DoesNotContain(hidden[^5..], text.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_password_of_a_certificate_leaves_nothing_behind()
    {
        const string password = "Certificate pässword 5829 of mine alone";
        using var authority = new TestAuthority();
        using X509Certificate2 shown = authority.Issue(), mine = authority.IssueClient("collector");
        await using var receiver = new MessageReceiver(TestAuthority.Shown(shown), authority);
        using var host = new StringWriter();
        await using Workspace work = await Workspace.StartAsync(events: 20, users: 2, host: new TextHostOptions { Output = host, Width = 5000 });
        await File.WriteAllBytesAsync(Path.Combine(work.Folder, "mine.pfx"), mine.Export(X509ContentType.Pkcs12, password), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(work.Folder, "ca.pem"), authority.Pem, TestContext.Current.CancellationToken);
        work.Session.SetVariable("password", Workspace.Secure(password));
        work.Add();
        StringBuilder text = new();
        foreach (string script in new[]
        {
            $"New-JcSyslogDestination siem 127.0.0.1 Tls -Port {receiver.Port} -CertificateAuthorityFile $folder/ca.pem -ClientCertificateFile $folder/mine.pfx -ClientCertificatePassword $password",
            "New-JcSyslogDestination siem h Tls -ClientCertificateFile $folder/mine.pfx -ClientCertificatePassword $password",
            "Test-JcSyslogDestination",
            "Invoke-JcCollection",
            "Get-JcSyslogDestination",
            "Get-JcIngestedRecord -First 2 | Send-JcSyslog -Destination siem",
            "Set-JcSyslogDestination siem -ClientCertificatePassword $key -PassThru",
            "Test-JcSyslogDestination",
            "Set-JcSyslogDestination siem -ClientCertificatePassword $password -PassThru",
            "Send-JcSyslog",
        })
        {
            text.Append(Everything(work.Run($"{script} -Verbose -Debug")));
            work.Session.Show(script);
        }

        work.Session.Show("Get-JcSyslogDestination; $Error");
        // It was of use, and the wrong one was not.
        Assert.NotEmpty(receiver.Messages);
        Assert.Contains("ClientCertificateNotRead", text.ToString(), StringComparison.Ordinal);
        AssertAbsent(password, text.ToString());
        AssertAbsent(password, host.ToString());
        AssertFilesClean(work, password);
        AssertAbsent(work.ApiKey, text.ToString());
    }

    [Theory]
    [InlineData("PlainTextSecret", "New-JcConnector Plain T -ContentType SystemUser -ServiceAccount '{0}'")]
    [InlineData("PlainTextSecret", "New-JcConnector Plain T -ContentType SystemUser -ServiceAccount:{0}")]
    [InlineData("PlainTextSecret", "New-JcConnector Plain T -ContentType SystemUser -ApiKey $key -Proxy http://p:1 -ProxyCredential 'user:{0}'")]
    [InlineData("PlainTextSecret", "[pscustomobject]@{{ Name = 'P'; ContentType = 'SystemUser'; ServiceAccount = '{0}' }} | New-JcConnector -TenantName T")]
    [InlineData("PlainTextSecret", "Set-JcConnector Acme -ServiceAccount '{0}'")]
    [InlineData("PlainTextSecret", "Set-JcConnector Acme -Proxy http://p:1 -ProxyCredential '{0}'")]
    [InlineData("PlainTextSecret", "Import-JcConnector none.json -ServiceAccount 'a', '{0}'")]
    [InlineData("PlainTextSecret", "New-JcSyslogDestination siem h Tls -ClientCertificateFile c.pfx -ClientCertificatePassword '{0}'")]
    [InlineData("PlainTextSecret", "[pscustomobject]@{{ Name = 'siem'; HostName = 'h'; Transport = 'Tls'; ClientCertificatePassword = '{0}' }} | New-JcSyslogDestination")]
    [InlineData("PlainTextSecret", "Set-JcSyslogDestination siem -ClientCertificatePassword:{0}")]
    [InlineData("InvalidProxy", "New-JcConnector Plain T -ContentType SystemUser -ApiKey $key -Proxy 'http://user:{0}@proxy.example.com:3128'")]
    [InlineData("InvalidProxy", "Set-JcConnector Acme -Proxy 'http://user:{0}@proxy.example.com:3128'")]
    public async Task A_secret_given_as_plain_text_is_not_quoted(string errorId, string command)
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        ScriptResult result = work.Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, work.ApiKey));
        Assert.Equal([errorId], result.ErrorIds);
        ErrorRecord error = result.AllErrors.Single();
        AssertAbsent(work.ApiKey, $"{error} {error.Exception} {error.TargetObject} {error.CategoryInfo} {error.ErrorDetails}");
        AssertAbsent(work.ApiKey, $"{error.InvocationInfo.PositionMessage} {error.InvocationInfo.Line}");
        AssertFilesClean(work);
        Assert.Equal("Acme", work.One("Get-JcConnector").Text("Name"));
    }

    [Theory]
    [InlineData("New-JcConnector Plain T -ContentType SystemUser -ApiKey '{0}'")]
    [InlineData("New-JcConnector Plain T -ContentType SystemUser -ApiKey:{0}")]
    [InlineData("$null = New-JcConnector Plain T -ContentType SystemUser -ApiKey \"{0}\"")]
    [InlineData("[pscustomobject]@{{ Name = 'P'; ContentType = 'SystemUser'; ApiKey = '{0}' }} | New-JcConnector -TenantName T")]
    [InlineData("Set-JcConnector Acme -ApiKey '{0}'")]
    [InlineData("Import-JcConnector none.json -ApiKey '{0}'")]
    public async Task A_key_given_as_plain_text_is_not_quoted(string command)
    {
        await using Workspace work = Workspace.Offline();
        work.Add();
        ScriptResult result = work.Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, command, work.ApiKey));
        Assert.Equal(["PlainTextApiKey"], result.ErrorIds);
        // A host shows the error and the line it came from.
        ErrorRecord error = result.AllErrors.Single();
        AssertAbsent(work.ApiKey, $"{error} {error.Exception} {error.TargetObject} {error.CategoryInfo} {error.ErrorDetails}");
        AssertAbsent(work.ApiKey, $"{error.InvocationInfo.PositionMessage} {error.InvocationInfo.Line}");
        AssertFilesClean(work);
    }

    [Fact]
    public async Task A_key_with_what_no_header_carries_is_refused_without_it()
    {
        await using Workspace work = Workspace.Offline();
        string key = work.ApiKey + "\n";
        work.Session.SetVariable("bad", Workspace.Secure(key));
        ScriptResult result = work.Run("New-JcConnector Bad T -ContentType SystemUser -ApiKey $bad -Verbose -Debug");
        Assert.Equal(["InvalidApiKey"], result.ErrorIds);
        AssertAbsent(work.ApiKey, Everything(result));
        AssertFilesClean(work);
    }

    private static IEnumerable<string> Forms(string key)
    {
        // Without the end, of which four characters may be shown.
        string hidden = key[..^4];
        yield return hidden;
        yield return Convert.ToBase64String(Encoding.ASCII.GetBytes(key))[..^8];
        yield return Convert.ToBase64String(Encoding.Unicode.GetBytes(key))[..^16];
        yield return Convert.ToHexString(Encoding.ASCII.GetBytes(hidden));
        yield return Uri.EscapeDataString(hidden);
        // Of part of it, too.
        yield return hidden[8..24];
    }

    private static void AssertAbsent(string key, string text)
    {
        foreach (string form in Forms(key))
        {
            int place = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
            Assert.True(place < 0, place < 0 ? "" : "…" + text[Math.Max(0, place - 300)..Math.Min(text.Length, place + 100)]);
        }
    }

    private static void AssertFilesClean(Workspace work, string? secret = null)
    {
        (string Path, byte[] Content)[] files = [.. Files(work)];
        Assert.NotEmpty(files);
        foreach (string form in Forms(secret ?? work.ApiKey))
        {
            foreach ((string path, byte[] content) in files)
            {
                Assert.False(Contains(content, Encoding.UTF8.GetBytes(form)), path);
                Assert.False(Contains(content, Encoding.Unicode.GetBytes(form)), path);
            }
        }
    }

    private static IEnumerable<(string Path, byte[] Content)> Files(Workspace work)
    {
        foreach (string folder in new[] { work.Folder, Workspace.KeyRing })
        {
            foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                byte[] content = new byte[stream.Length];
                stream.ReadExactly(content);
                yield return (path, content);
            }
        }
    }

    private static bool Contains(byte[] content, byte[] part) => content.AsSpan().IndexOf(part) >= 0;

    // The streams with what the objects hold, down to the probes of a test and the streams of a connector.
    private static string Everything(ScriptResult result)
    {
        StringBuilder text = new(result.AllText());
        foreach (PSObject item in result.Output) Add(text, item, depth: 3);
        return text.ToString();
    }

    private static void Add(StringBuilder text, object? value, int depth)
    {
        text.Append(value).AppendLine();
        if (value is null or string || depth == 0) return;
        if (value is IEnumerable items)
        {
            foreach (object? item in items) Add(text, item, depth - 1);
            return;
        }

        foreach (PSPropertyInfo property in PSObject.AsPSObject(value).Properties)
        {
            text.Append(property.Name).Append('=');
            try
            {
                Add(text, property.Value, depth - 1);
            }
            catch (GetValueException)
            {
                text.AppendLine();
            }
        }
    }

    private sealed class KeyInEnvironment : IDisposable
    {
        public KeyInEnvironment(string key) => Environment.SetEnvironmentVariable(Name, key);

        public string Name { get; } = $"JCC_TEST_KEY_{Guid.NewGuid():N}";

        public void Dispose() => Environment.SetEnvironmentVariable(Name, null);
    }

    /// <summary>Answers every request with an error whose text has the request's key in it.</summary>
    private sealed class EchoServer : IDisposable
    {
        /// <summary>The access token that it gives, where it gives one.</summary>
        public const string Token = "tok_Hs6Yd3Lx0Wq5Gv8Ce1Tn7Ab2Mk9";

        private readonly HttpListener _listener;
        private readonly HttpStatusCode _status;
        private readonly bool _grants;
        private int _echoed;

        public EchoServer(HttpStatusCode status, bool grants = false)
        {
            _status = status;
            _grants = grants;
            (_listener, Uri) = Listen();
            _ = ServeAsync();
        }

        public Uri Uri { get; }

        public int Echoed => _echoed;

        public void Dispose() => _listener.Close();

        private static (HttpListener Listener, Uri Uri) Listen()
        {
            for (int attempt = 0; ; attempt++)
            {
                var uri = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 32_000)}/");
                var listener = new HttpListener();
                listener.Prefixes.Add(uri.AbsoluteUri);
                try
                {
                    listener.Start();
                    return (listener, uri);
                }
                catch (HttpListenerException) when (attempt < 20)
                {
                    // Somebody else's port.
                }
            }
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    if (_grants && context.Request.RawUrl == "/oauth2/token")
                    {
                        await context.Response.OutputStream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { access_token = Token, expires_in = 3600 }));
                    }
                    else if ((context.Request.Headers["x-api-key"] ?? context.Request.Headers["Authorization"]?.Split(' ')[1]) is { } key)
                    {
                        Interlocked.Increment(ref _echoed);
                        context.Response.Headers["X-Echo"] = key;
                        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new
                        {
                            message = $"the key {key} was refused",
                            error = $"{key} {Convert.ToBase64String(Encoding.ASCII.GetBytes(key))}",
                        });
                        context.Response.ContentType = "application/json";
                        context.Response.StatusCode = (int)_status;
                        await context.Response.OutputStream.WriteAsync(body);
                    }

                    context.Response.Close();
                }
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // Closed.
            }
        }
    }
}
