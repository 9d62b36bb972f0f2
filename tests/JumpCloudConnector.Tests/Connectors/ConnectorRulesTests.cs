using JumpCloudConnector.Connectors;

namespace JumpCloudConnector.Tests.Connectors;

public sealed class ConnectorRulesTests
{
    private const string Id24 = "5bf6defbdcd8233029e0c598";

    private static readonly Connector Valid = new()
    {
        Id = default, Name = "main", TenantName = "Acme", TenantId = "", CreatedAt = default, ModifiedAt = default,
        ContentTypes = [ContentType.DirectoryInsights],
    };

    [Theory]
    [InlineData("a")]
    [InlineData("main")]
    [InlineData("Main office (EU), no. 2")]
    [InlineData("!\"#$%&'()+,-./:;<=>@\\^_`{|}~")]
    [InlineData("..")]
    [InlineData("0")]
    public void A_name_of_printable_single_byte_characters_is_fine(string name) => ConnectorRules.CheckName(name);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData(" main")]
    [InlineData("main ")]
    [InlineData("main\u00a0")]
    [InlineData("ma\tin")]
    [InlineData("ma\nin")]
    [InlineData("ma\r\nin")]
    [InlineData("ma\0in")]
    [InlineData("ma\u007fin")]
    [InlineData("ma\u0085in")]
    [InlineData("café")]
    [InlineData("Zürich")]
    [InlineData("ｍａｉｎ")]
    [InlineData("接続")]
    [InlineData("main😀")]
    [InlineData("main\ud83d")]
    [InlineData("ma\u200bin")]
    [InlineData("ma\u202ein")]
    [InlineData("ma*in")]
    [InlineData("main?")]
    [InlineData("[main")]
    [InlineData("main]")]
    public void A_name_with_anything_else_is_refused(string? name)
    {
        JcException refusal = Assert.Throws<JcException>(() => ConnectorRules.CheckName(name!));
        Assert.Equal(("InvalidConnectorName", JcErrorKind.InvalidInput), (refusal.ErrorId, refusal.Kind));
        Assert.Equal(name, refusal.Target);
        Assert.Equal("InvalidConnectorName", Refusal(Valid with { Name = name! }));
    }

    [Fact]
    public void A_name_has_128_characters_at_most()
    {
        ConnectorRules.CheckName(new string('n', 128));
        Assert.Equal("InvalidConnectorName", Refusal(Valid with { Name = new string('n', 129) }));
        ConnectorRules.Check(Valid with { TenantName = new string('t', 128) });
        Assert.Equal("InvalidTenantName", Refusal(Valid with { TenantName = new string('t', 129) }));
    }

    /// <summary>A tenant is a text on records, not a name that commands are given patterns of.</summary>
    [Theory]
    [InlineData("Zürich 接続", true)]
    [InlineData("A* [1]", true)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData(" Acme", false)]
    [InlineData("Acme ", false)]
    [InlineData("Ac\nme", false)]
    [InlineData("Ac\u0000me", false)]
    [InlineData(null, false)]
    public void A_tenant_may_have_any_text_without_blank_ends_and_control_characters(string? tenant, bool valid) =>
        AssertValid(valid ? null : "InvalidTenantName", Valid with { TenantName = tenant! });

    [Theory]
    [InlineData(int.MinValue, false)]
    [InlineData(-5, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(5, true)]
    [InlineData(1_440, true)]
    [InlineData(21_600, true)]
    [InlineData(21_601, false)]
    [InlineData(int.MaxValue, false)]
    public void An_interval_has_1_to_21600_minutes(int minutes, bool valid) =>
        AssertValid(valid ? null : "InvalidInterval", Valid with { IntervalMinutes = minutes });

    [Fact]
    public void There_is_a_content_type_and_it_is_a_known_one()
    {
        ConnectorRules.Check(Valid with { ContentTypes = [ContentType.SystemUser, ContentType.DirectoryInsights] });
        Assert.Equal("InvalidContentType", Refusal(Valid with { ContentTypes = [] }));
        Assert.Equal("InvalidContentType", Refusal(Valid with { ContentTypes = [default] }));
        Assert.Equal("InvalidContentType", Refusal(Valid with { ContentTypes = [ContentType.SystemUser, (ContentType)3] }));
    }

    [Theory]
    [InlineData(Region.US, "https://api.jumpcloud.com/", "https://console.jumpcloud.com/")]
    [InlineData(Region.EU, "https://api.eu.jumpcloud.com/", "https://console.eu.jumpcloud.com/")]
    [InlineData(Region.IN, "https://api.in.jumpcloud.com/", "https://console.in.jumpcloud.com/")]
    public void A_region_has_its_hosts(Region region, string insights, string console)
    {
        Connector connector = Valid with { Region = region };
        ConnectorRules.Check(connector);
        Assert.Equal(insights, connector.EffectiveInsightsUri.AbsoluteUri);
        Assert.Equal(console, connector.EffectiveConsoleUri.AbsoluteUri);
    }

    /// <summary>It would be taken for another, and the key would go to a host that has no business with it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(-1)]
    public void An_unknown_region_is_refused(int region) => AssertValid("InvalidRegion", Valid with { Region = (Region)region });

    [Fact]
    public void The_first_collection_reaches_back_0_to_90_days()
    {
        ConnectorRules.Check(Valid with { InitialLookback = TimeSpan.Zero });
        ConnectorRules.Check(Valid with { InitialLookback = TimeSpan.FromDays(90) });
        Assert.Equal("InvalidLookback", Refusal(Valid with { InitialLookback = TimeSpan.FromTicks(-1) }));
        Assert.Equal("InvalidLookback", Refusal(Valid with { InitialLookback = TimeSpan.FromDays(90) + TimeSpan.FromTicks(1) }));
    }

    [Fact]
    public void Events_are_kept_1_to_90_days_and_the_lookback_and_the_interval_stay_within()
    {
        Connector two = Valid with { Retention = TimeSpan.FromDays(2) };
        ConnectorRules.Check(two with { InitialLookback = two.Retention });
        ConnectorRules.Check(Valid with { Retention = Connector.MinimumRetention });
        Assert.Equal("InvalidRetention", Refusal(Valid with { Retention = Connector.MinimumRetention - TimeSpan.FromTicks(1) }));
        Assert.Equal("InvalidRetention", Refusal(Valid with { Retention = TimeSpan.FromDays(90) + TimeSpan.FromTicks(1) }));
        Assert.Equal("InvalidLookback", Refusal(two with { InitialLookback = two.Retention + TimeSpan.FromTicks(1) }));
        Assert.Equal("InvalidRetention", Refusal(two with { IntervalMinutes = 2 * 24 * 60 }));
    }

    [Theory]
    [InlineData(Id24, true)]
    [InlineData("5BF6DEFBDCD8233029E0C598", true)]
    [InlineData("", false)]
    [InlineData("5bf6defbdcd8233029e0c59", false)]
    [InlineData("5bf6defbdcd8233029e0c5980", false)]
    [InlineData("5bf6defbdcd8233029e0c59g", false)]
    [InlineData("5bf6defbdcd8233029e0c59 ", false)]
    [InlineData("5bf6defbdcd8233029e0c59\n", false)]
    [InlineData("５bf6defbdcd8233029e0c598", false)]
    public void An_id_has_24_hex_digits(string id, bool valid)
    {
        AssertValid(valid ? null : "InvalidProviderId", Valid with { ProviderId = id });
        AssertValid(valid ? null : "InvalidOrganizationId", Valid with { OrganizationId = id });
    }

    [Fact]
    public void A_provider_and_one_organization_exclude_each_other() =>
        AssertValid("ProviderAndOrganization", Valid with { ProviderId = Id24, OrganizationId = Id24 });

    [Theory]
    [InlineData("https://gateway.example.com/")]
    [InlineData("https://gateway.example.com:8443/jumpcloud/")]
    [InlineData("http://127.0.0.1:5000/")]
    [InlineData("http://127.200.3.4/")]
    [InlineData("http://[::1]:5000/")]
    [InlineData("http://localhost:5000/")]
    [InlineData("http://LOCALHOST/")]
    public void A_gateway_is_reached_by_https_and_this_machine_by_http_too(string uri)
    {
        AssertValid(null, Valid with { InsightsUri = new Uri(uri), ConsoleUri = new Uri("https://gateway.example.com/") });
        AssertValid(null, Valid with { InsightsUri = new Uri("https://gateway.example.com/"), ConsoleUri = new Uri(uri) });
    }

    [Theory]
    [InlineData("http://gateway.example.com/")]
    [InlineData("http://api.jumpcloud.com/")]
    [InlineData("http://localhost.example.com/")]
    [InlineData("http://localhost./")]
    [InlineData("http://127.0.0.1.example.com/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://128.0.0.1/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://192.168.1.1:127/")]
    public void A_key_never_goes_in_clear_to_another_machine(string uri) => AssertRefused("InsecureUri", uri);

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("file:///tmp/x")]
    [InlineData("ws://localhost/")]
    [InlineData("insights")]
    [InlineData("/insights")]
    [InlineData("https://user:secret@gateway.example.com/")]
    [InlineData("https://user@gateway.example.com/")]
    [InlineData("https://gateway.example.com/?key=1")]
    [InlineData("https://gateway.example.com/#top")]
    public void An_address_is_absolute_http_without_user_query_and_fragment(string uri)
    {
        AssertRefused("InvalidUri", uri);
        Uri address = new(uri, UriKind.RelativeOrAbsolute);
        Connector connector = Valid with { InsightsUri = address, ConsoleUri = address };
        JcException refusal = Assert.Throws<JcException>(() => ConnectorRules.Check(connector));
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_addresses_are_given_or_neither()
    {
        Assert.Equal("InvalidUri", Refusal(Valid with { InsightsUri = new Uri("https://gateway.example.com/") }));
        Assert.Equal("InvalidUri", Refusal(Valid with { ConsoleUri = new Uri("https://gateway.example.com/") }));
    }

    [Theory]
    [InlineData("client", Id24, null, null)]
    [InlineData("client", null, Id24, null)]
    [InlineData("client", null, null, "OrganizationRequired")]
    [InlineData("", Id24, null, "InvalidServiceAccount")]
    [InlineData("a client", Id24, null, "InvalidServiceAccount")]
    [InlineData("client:secret", Id24, null, "InvalidServiceAccount")]
    [InlineData("kliënt", Id24, null, "InvalidServiceAccount")]
    public void A_service_account_has_a_client_id_and_an_organization(string client, string? organization, string? provider, string? errorId) =>
        AssertValid(errorId, Valid with { ServiceAccountClientId = client, OrganizationId = organization, ProviderId = provider });

    [Fact]
    public void A_service_account_and_a_key_exclude_each_other()
    {
        Connector account = Valid with { ServiceAccountClientId = "client", OrganizationId = Id24 };
        AssertValid("InvalidApiKeyReference", account with { ApiKeyVariable = "V" });
        AssertValid("InvalidApiKeyReference", account with { ApiKeySecret = "S" });
        AssertValid("InsecureUri", account with { TokenUri = new Uri("http://sso.example.com/token") });
        AssertValid(null, account with { TokenUri = new Uri("http://127.0.0.1:5000/token") });
    }

    [Theory]
    [InlineData("http://proxy.example.com:3128", null)]
    [InlineData("http://10.0.0.1:8080/", null)]
    [InlineData("https://proxy.example.com/", "InvalidProxy")]
    [InlineData("socks5://proxy.example.com/", "InvalidProxy")]
    [InlineData("http://user:hush@proxy.example.com/", "InvalidProxy")]
    [InlineData("http://proxy.example.com/pac", "InvalidProxy")]
    [InlineData("http://proxy.example.com/?hush", "InvalidProxy")]
    public void A_proxy_is_a_host_and_a_port(string proxy, string? errorId)
    {
        AssertValid(errorId, Valid with { Proxy = new Uri(proxy) });
        AssertValid(errorId, Valid with { Proxy = new Uri(proxy), ProxyUser = @"DOMAIN\svc" });
        if (errorId is null) return;
        JcException refusal = Assert.Throws<JcException>(() => ConnectorRules.Check(Valid with { Proxy = new Uri(proxy) }));
        Assert.DoesNotContain("hush", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_proxys_user_goes_with_its_proxy()
    {
        Uri proxy = new("http://proxy.example.com:3128");
        AssertValid("InvalidProxy", Valid with { ProxyUser = "svc" });
        AssertValid("InvalidProxy", Valid with { Proxy = proxy, ProxyUser = "" });
        AssertValid("InvalidProxy", Valid with { Proxy = proxy, ProxyUser = "svc:hush" });
        AssertValid("ProxyAndNoProxy", Valid with { Proxy = proxy, NoProxy = true });
        AssertValid("InvalidCertificateAuthority", Valid with { CertificateAuthorityFile = "root.pem" });
    }

    private static void AssertRefused(string id, string text)
    {
        Uri uri = new(text, UriKind.RelativeOrAbsolute);
        Uri other = new("https://gateway.example.com/");
        Assert.Equal(id, Refusal(Valid with { InsightsUri = uri, ConsoleUri = other }));
        Assert.Equal(id, Refusal(Valid with { InsightsUri = other, ConsoleUri = uri }));
    }

    private static void AssertValid(string? id, Connector connector)
    {
        if (id is null) ConnectorRules.Check(connector);
        else Assert.Equal(id, Refusal(connector));
    }

    private static string Refusal(Connector connector)
    {
        JcException refusal = Assert.Throws<JcException>(() => ConnectorRules.Check(connector));
        Assert.Equal(JcErrorKind.InvalidInput, refusal.Kind);
        return refusal.ErrorId;
    }
}
