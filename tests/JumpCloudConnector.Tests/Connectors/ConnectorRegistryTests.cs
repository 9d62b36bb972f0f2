using System.Security.Cryptography;
using System.Text;
using JumpCloudConnector.Connectors;
using JumpCloudConnector.Storage;
using JumpCloudConnector.Tests.Support;
using JumpCloudSimulator;
using Microsoft.Extensions.Time.Testing;

namespace JumpCloudConnector.Tests.Connectors;

public sealed class ConnectorRegistryTests
{
    private const string Key = "jca_9sVw2LxQ7mBt4RkYd8HnPf3ZgCj6XeUaToM1";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private static readonly Connector New = new()
    {
        Id = default, Name = "Main office", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
        ContentTypes = [ContentType.DirectoryInsights], AnalyzerProfile = AnalyzerProfile.DefaultName,
    };

    [Fact]
    public void What_was_added_is_found_as_it_was_also_by_another_process()
    {
        FakeTimeProvider time = new(Start);
        using TestStore store = new(time);
        Connector full = New with
        {
            IntervalMinutes = 17, ContentTypes = [ContentType.SystemUser, ContentType.DirectoryInsights], Region = Region.EU,
            InitialLookback = TimeSpan.FromDays(3), ProviderId = "5bf6defbdcd8233029e0c598",
            InsightsUri = new Uri("https://gateway.example.com/a/"), ConsoleUri = new Uri("https://gateway.example.com/b/"),
            Overlap = TimeSpan.FromMinutes(7), SnapshotInterval = TimeSpan.FromHours(5), Enabled = false,
            ApiKeyExpiresAt = Start.AddDays(90),
        };
        Connector wrong = full with { Id = Guid.NewGuid(), Version = 9, CreatedAt = Start.AddDays(1) };
        ConnectorInfo info = store.Registry.Add(wrong, Secure(Key));
        Connector added = store.Registry.Get("MAIN OFFICE");
        Assert.NotEqual(Guid.Empty, added.Id);
        Connector expected = full with
        {
            Id = added.Id, TenantId = added.TenantId, CreatedAt = Start, ModifiedAt = Start, ApiKeySetAt = Start, ApiKeyEnding = Key[^4..],
        };
        Assert.Equal(expected with { ContentTypes = [], LogFilters = [] }, added with { ContentTypes = [], LogFilters = [] });
        Assert.Equal(full.ContentTypes, added.ContentTypes);
        Assert.Equal((added.Id, "Main office", "Acme", added.TenantId, store.Folder, "ConnectorDisabled", 0),
            (info.Id, info.Name, info.TenantName, info.TenantId, info.StorePath, info.StatusId, info.StatusCode));

        store.Reopen();
        Connector again = store.Registry.Get("main office");
        Assert.Equal(added with { ContentTypes = [], LogFilters = [] }, again with { ContentTypes = [], LogFilters = [] });
        Assert.Equal(full.ContentTypes, again.ContentTypes);
    }

    [Fact]
    public void When_it_was_switched_on_again_is_kept()
    {
        FakeTimeProvider time = new(Start);
        using TestStore store = new(time);
        store.Registry.Add(New, Secure(Key));
        store.Registry.SetEnabled(New.Name, true);
        Assert.Null(store.Registry.Get(New.Name).EnabledAt);
        store.Registry.SetEnabled(New.Name, false);
        time.Advance(TimeSpan.FromDays(3));
        store.Registry.SetEnabled(New.Name, true);
        Assert.Equal(Start.AddDays(3), store.Registry.Get(New.Name).EnabledAt);

        // As a line of a file does it; another change leaves it as it was.
        store.Registry.Update(New.Name, c => c with { Enabled = false });
        time.Advance(TimeSpan.FromDays(1));
        store.Registry.Update(New.Name, c => c with { Enabled = true });
        time.Advance(TimeSpan.FromDays(1));
        store.Registry.Update(New.Name, c => c with { IntervalMinutes = 7 });
        Assert.Equal(Start.AddDays(4), store.Registry.Get(New.Name).EnabledAt);
    }

    [Fact]
    public void A_name_is_there_once_in_whatever_case()
    {
        using TestStore store = new();
        store.Registry.Add(New, Secure(Key));
        foreach (string name in (string[])["Main office", "main office", "MAIN OFFICE", "mAIN oFFICE"])
        {
            JcException refusal = Refusal("ConnectorExists", () => store.Registry.Add(New with { Name = name }, Secure(Key)));
            Assert.Equal(JcErrorKind.AlreadyExists, refusal.Kind);
            Refusal("ConnectorExists", () => store.Registry.CheckNew(New with { Name = name, TenantName = "Other" }));

            // Somebody else may have added it since it was checked.
            Connector late = New with { Name = name, Id = Guid.NewGuid() };
            Refusal("ConnectorExists", () => store.Store.Connectors.AddConnector(late, [1], []));
        }

        store.Registry.Add(New with { Name = "Main  office" }, Secure(Key));
        Assert.Equal(["Main  office", "Main office"], store.Registry.Find().Select(c => c.Name));
    }

    [Fact]
    public void What_cannot_be_is_not_added_and_leaves_nothing()
    {
        using TestStore store = new();
        Refusal("InvalidConnectorName", () => store.Registry.Add(New with { Name = "Büro" }, Secure(Key)));
        Refusal("InvalidInterval", () => store.Registry.Add(New with { IntervalMinutes = 0 }, Secure(Key)));
        Refusal("InvalidRegion", () => store.Registry.Add(New with { Region = (Region)7 }, Secure(Key)));
        Refusal("LogFilterNotFound", () => store.Registry.Add(New with { LogFilters = ["none"] }, Secure(Key)));
        foreach (string key in (string[])["", " ", Key + " ", " " + Key, Key + "\n", "jca key", "jca_é", "jca_\u007f", "jca_\0"])
        {
            JcException refusal = Refusal("InvalidApiKey", () => store.Registry.Add(New, Secure(key)));
            Assert.DoesNotContain("jca", refusal.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(store.Registry.Find());
        store.Registry.CheckNew(New);
        Assert.Empty(store.Registry.Find());
    }

    [Fact]
    public void Patterns_find_by_name_and_tenant()
    {
        using TestStore store = new();
        foreach ((string name, string tenant) in ((string, string)[])[("eu-1", "North"), ("eu-2", "South"), ("us-1", "north")])
            store.Registry.Add(New with { Name = name, TenantName = tenant }, Secure(Key));
        Assert.Equal("eu-1,eu-2,us-1", Found());
        Assert.Equal("eu-1,eu-2", Found(["EU*"]));
        Assert.Equal("eu-1,us-1", Found(["??-1"]));
        Assert.Equal("eu-2,us-1", Found(["eu-2", "u*"]));
        Assert.Equal("eu-1,us-1", Found(null, ["NORTH"]));
        Assert.Equal("eu-2", Found(["*"], ["s*"]));
        Assert.Equal("", Found(["eu"], ["*"]));
        Assert.Equal("", Found(["eu-1"], ["south"]));
        Assert.Equal(["eu-1", "eu-2"], store.Registry.Describe(store.Registry.Find(["eu*"])).Select(c => c.Name));
        Refusal("ConnectorNotFound", () => store.Registry.Get("eu-*"));

        string Found(string[]? names = null, string[]? tenants = null) =>
            string.Join(',', store.Registry.Find(names, tenants).Select(c => c.Name));
    }

    [Fact]
    public void A_change_keeps_name_tenant_identity_and_secret()
    {
        FakeTimeProvider time = new(Start);
        using TestStore store = new(time);
        store.Registry.Add(New, Secure(Key));
        Connector before = store.Registry.Get("main office");
        time.Advance(TimeSpan.FromHours(1));
        ConnectorInfo info = store.Registry.Update("MAIN OFFICE", c => c with
        {
            Name = "other", TenantName = "Other", TenantId = "x", Id = Guid.NewGuid(), CreatedAt = default, IntervalMinutes = 60,
        });
        Connector after = store.Registry.Get("Main office");
        Assert.Equal(60, info.IntervalMinutes);
        Assert.Equal(
            before with { IntervalMinutes = 60, ModifiedAt = Start.AddHours(1), Version = 2, ContentTypes = [], LogFilters = [] },
            after with { ContentTypes = [], LogFilters = [] });
        Assert.Equal(Key, Secret(store, after));
        Refusal("ConnectorNotFound", () => store.Registry.Get("other"));
    }

    [Fact]
    public void A_change_that_cannot_be_changes_nothing()
    {
        using TestStore store = new();
        store.Registry.Add(New, Secure(Key));
        Refusal("InvalidInterval", () => store.Registry.Update("main office", c => c with { IntervalMinutes = -1 }));
        Refusal("InvalidContentType", () => store.Registry.Update("main office", c => c with { ContentTypes = [] }));
        Refusal("InvalidApiKey", () => store.Registry.Update("main office", c => c with { IntervalMinutes = 9 }, Secure("a b")));
        Refusal("ConnectorNotFound", () => store.Registry.Update("none", c => c));
        Connector same = store.Registry.Get("main office");
        Assert.Equal((5, 1, Key), (same.IntervalMinutes, same.Version, Secret(store, same)));
    }

    /// <summary>Two administrators change it at once: the second is told, and the first one's change stays.</summary>
    [Fact]
    public void A_change_made_from_an_older_version_is_refused()
    {
        using TestStore store = new();
        store.Registry.Add(New, Secure(Key));
        Refusal("ConnectorChanged", () => store.Registry.Update("main office", c =>
        {
            store.Registry.Update("main office", d => d with { IntervalMinutes = 30 });
            return c with { IntervalMinutes = 40 };
        }));
        Assert.Equal(30, store.Registry.Get("main office").IntervalMinutes);
        Refusal("ConnectorNotFound", () => store.Registry.Update("main office", c =>
        {
            store.Registry.Remove("main office");
            return c;
        }));
        Assert.Empty(store.Registry.Find());
    }

    [Fact]
    public void A_new_key_or_address_makes_what_was_learnt_with_the_old_one_void()
    {
        using TestStore store = new();
        store.Registry.Add(New, Secure(Key));
        Assert.Equal(1, store.Registry.Get("main office").AccessVersion);
        store.Registry.Update("main office", c => c with { IntervalMinutes = 6 });
        Assert.Equal(1, store.Registry.Get("main office").AccessVersion);

        store.Store.Connectors.SetOrganization(store.Registry.Get("main office"), "o1", "North");
        Assert.Equal(("o1", "North", true), store.Store.Connectors.GetOrganization(store.Registry.Get("main office")));
        store.Registry.Update("main office", c => c, Secure("jca_other"));
        Connector changed = store.Registry.Get("main office");
        Assert.Equal((2, "jca_other"), (changed.AccessVersion, Secret(store, changed)));
        Assert.Equal(("o1", "North", false), store.Store.Connectors.GetOrganization(changed));

        store.Registry.Update("main office", c => c with { Region = Region.IN });
        Assert.Equal(3, store.Registry.Get("main office").AccessVersion);
    }

    [Fact]
    public void A_change_lets_a_parked_stream_have_its_turn()
    {
        using TestStore store = new();
        store.Registry.Add(New, Secure(Key));
        Connector connector = store.Registry.Get("main office");
        StreamKey key = new(connector.Id, "o1", ContentType.DirectoryInsights);
        StreamInfo stream = store.Store.Records.OpenStream(key, null, 1);
        long parked = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();
        store.Store.Records.SetOutcome(stream.Id, new StreamOutcome
        {
            Time = 2, StatusCode = 401, StatusId = "BadKey", StatusMessage = "bad", ParkedUntil = parked,
        });
        ConnectorInfo info = store.Registry.Describe(connector);
        Assert.Equal((401, "BadKey"), (info.StatusCode, info.StatusId));
        info = store.Registry.Update("main office", c => c, Secure("jca_other"));
        Assert.Equal((0, null, 0), (info.StatusCode, info.StatusId, info.ConsecutiveFailures));
        Assert.Null(Assert.Single(info.Streams).ParkedUntil);
    }

    [Fact]
    public async Task What_is_removed_is_gone_with_its_secret_and_positions_and_its_records_stay()
    {
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 200, HugeEventEvery = 0 }, TestContext.Current.CancellationToken);
        using TestStore store = new();
        Connector removed = store.Add(simulator);
        await store.CollectOneAsync();
        int count = store.Find().Count;
        Assert.InRange(count, 150, 200);

        store.Registry.Remove("MAIN");
        Refusal("ConnectorNotFound", () => store.Registry.Remove("main"));
        Assert.Empty(store.Registry.Find());
        Assert.Null(store.Store.Connectors.GetSecret(removed.Id));
        Assert.All(store.Store.Records.GetStreams(removed.Id), s => Assert.Null(s.Watermark));
        Assert.Equal(count, store.Find().Count);

        // The name may be given again; it is another connector, of the same tenant, which begins anew.
        Connector reused = store.Add(simulator, "Main");
        Assert.NotEqual(removed.Id, reused.Id);
        Assert.Equal(removed.TenantId, reused.TenantId);
        Assert.Empty(store.Store.Records.GetStreams(reused.Id));
        Assert.Equal(count, (await store.CollectOneAsync()).New);
        Assert.Equal(0, (await store.CollectOneAsync()).New);
    }

    [Fact]
    public void A_tenant_keeps_its_id()
    {
        using TestStore store = new();
        string acme = store.Registry.Add(New, Secure(Key)).TenantId;
        Assert.Equal(acme, store.Registry.Add(New with { Name = "b", TenantName = "ACME" }, Secure(Key)).TenantId);
        string other = store.Registry.Add(New with { Name = "c", TenantName = "Other" }, Secure(Key)).TenantId;
        Assert.NotEqual(acme, other);
        foreach (string name in (string[])["main office", "b", "c"]) store.Registry.Remove(name);
        store.Reopen();
        Assert.Equal(other, store.Registry.Add(New with { TenantName = "other" }, Secure(Key)).TenantId);
        Assert.Matches("^[0-9a-f]{32}$", other);
    }

    [Theory]
    [InlineData("k")]
    [InlineData(Key)]
    [InlineData("!\"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~")]
    public void A_secret_comes_back_as_it_was(string key)
    {
        using TestStore store = new();
        store.Registry.Add(New, Secure(key));
        Assert.Equal(key, Secret(store, store.Registry.Get("main office")));
        store.Reopen();
        Assert.Equal(key, Secret(store, store.Registry.Get("main office"), new SecretProtector(store.KeyRing)));
        store.Registry.Update("main office", c => c, Secure(key + "2"));
        Assert.Equal(key + "2", Secret(store, store.Registry.Get("main office")));
        string longKey = new('k', 10_000);
        store.Registry.Update("main office", c => c, Secure(longKey));
        Assert.Equal(longKey, Secret(store, store.Registry.Get("main office")));
    }

    [Fact]
    public void A_secret_is_of_no_use_to_another_connector_or_with_another_key_ring()
    {
        using TestStore store = new();
        using TestStore elsewhere = new();
        store.Registry.Add(New, Secure(Key));
        elsewhere.Registry.Add(New, Secure("jca_elsewhere"));
        Connector connector = store.Registry.Get("main office");
        byte[] secret = store.Store.Connectors.GetSecret(connector.Id)!;
        AssertUnreadable(() => store.Secrets.Unprotect(Guid.NewGuid(), secret));
        AssertUnreadable(() => elsewhere.Secrets.Unprotect(connector.Id, secret));
        AssertUnreadable(() => store.Secrets.Unprotect(connector.Id, [.. secret[..^1], (byte)(secret[^1] ^ 1)]));
        AssertUnreadable(() => store.Secrets.Unprotect(connector.Id, []));

        static void AssertUnreadable(Action action)
        {
            JcException refusal = Refusal("SecretUnreadable", action);
            Assert.Equal(JcErrorKind.AccessDenied, refusal.Kind);
            Assert.DoesNotContain(Key, refusal.ToString(), StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Through adding, using, changing and removing, and in the files of an open store as in those of a closed one.
    /// </summary>
    [Fact]
    public async Task A_secret_is_never_in_clear_in_any_file()
    {
        const string second = "jca_T0aB5nWqXz8RkLm2YvDc7HsPj4GfUe9oZi6K";
        await using Simulator simulator = await Simulator.StartAsync(
            new SimulatorOptions { EventsPerOrganization = 50, HugeEventEvery = 0, ApiKey = Key },
            TestContext.Current.CancellationToken);
        using TestStore store = new();
        store.Add(simulator, "needle-in-the-files");
        await store.CollectOneAsync();
        AssertHidden();
        store.Registry.Update("needle-in-the-files", c => c, Secure(second));
        await store.CollectOneAsync();
        AssertHidden();
        store.Reopen();
        AssertHidden();
        store.Registry.Remove("needle-in-the-files");
        AssertHidden();

        void AssertHidden()
        {
            List<string> files = [.. Directory.EnumerateFiles(store.Folder, "*", SearchOption.AllDirectories)];
            files.AddRange(Directory.EnumerateFiles(store.KeyRing, "*", SearchOption.AllDirectories));
            Assert.Contains(files, f => f.StartsWith(store.KeyRing, StringComparison.Ordinal));

            // The search finds what is there, or it proves nothing.
            Assert.Contains(files, f => Forms("needle-in-the-files").Any(n => Read(f).AsSpan().IndexOf(n) >= 0));
            foreach (string file in files)
            {
                byte[] content = Read(file);
                foreach (byte[] form in Forms(Key).Concat(Forms(second)))
                    Assert.True(content.AsSpan().IndexOf(form) < 0, $"{file} has {Encoding.ASCII.GetString(form)}");
            }
        }

        static byte[] Read(string file)
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
    }

    [Fact]
    public void The_forms_that_are_searched_for_are_what_an_encoder_writes()
    {
        foreach (int shift in (int[])[0, 1, 2, 3, 7])
        {
            byte[] surrounded = [.. RandomNumberGenerator.GetBytes(shift), .. Encoding.UTF8.GetBytes(Key), .. "tail"u8];
            string encoded = Convert.ToBase64String(surrounded);
            Assert.Contains(Forms(Key), f => encoded.Contains(Encoding.ASCII.GetString(f), StringComparison.Ordinal));
        }
    }

    /// <summary>The secret as UTF-8, UTF-16 and in hexadecimal, and its base64 at each of three places to begin at.</summary>
    private static IEnumerable<byte[]> Forms(string secret)
    {
        foreach (Encoding encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            byte[] plain = encoding.GetBytes(secret);
            yield return plain;
            yield return Encoding.ASCII.GetBytes(Convert.ToHexString(plain));
            yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(plain));
            for (int shift = 0; shift < 3; shift++)
            {
                // Only whole groups of three bytes: the characters at both ends depend on the neighbours.
                byte[] whole = plain[((3 - shift) % 3)..];
                yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(whole[..(whole.Length / 3 * 3)]));
            }
        }
    }

    private static System.Security.SecureString Secure(string text) => TestStore.Secure(text);

    private static string Secret(TestStore store, Connector connector, SecretProtector? protector = null) =>
        Encoding.ASCII.GetString((protector ?? store.Secrets).Unprotect(
            connector.Id, store.Store.Connectors.GetSecret(connector.Id)!));

    private static JcException Refusal(string id, Action action)
    {
        JcException refusal = Assert.Throws<JcException>(action);
        Assert.Equal(id, refusal.ErrorId);
        return refusal;
    }
}
