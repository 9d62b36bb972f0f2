using System.Text;
using System.Text.RegularExpressions;
using JumpCloudConnector.Queries;
using JumpCloudConnector.Storage;

namespace JumpCloudConnector.Tests.Queries;

public sealed partial class LuceneQueryTests
{
    private const string Record =
        """
        {"timestamp":1678194079218,"write_time":1678194100000,"msg_class":"jumpcloud_directoryinsights","tenant_name":"Example MSP",
        "msg_origin":{"source":"jumpcloud_directory_insights","processor":{"name":"p"}},
        "event_category":"sso","event_type":"sso_auth","event_status":"failure","event_name":"User's sign-in to Zoom failed.",
        "reason":"caf\u00e9 \"closed\"","user":{"name":"Jane.Doe","email":"jane.doe@acme.example.com","id":"5ee8"},
        "srcip":"10.20.30.40","srcport":443,"srcip_geo":{"latitude":-48.5,"city":"New York"},"resource":{"name":"ACME\\jane (admin)"},
        "jumpcloud":{"geoip":{"country_code":"FR"},"mfa":false,"sso":true,"provider":null,"blank":"","zero":0,"a.b":{"c.d":"dotted"},
        "caf\u00e9":"name","big":9007199254740993,"ip6":"2001:db8:1::9","client_ip":"10.20.30.40","version":"10.2.1","port":"8080",
        "timestamp":"2023-03-07T13:01:19.21859368Z","expires":"2023-03-09","groups":["Alpha","Beta team",7,null],"empty":[],"nothing":{},
        "changes":[{"field":"a","to":1},{"field":"b","to":[2,3]},"loose"],"deep":{"a":{"b":[[{"c":"found"}]]}},
        "half":"\ud800x","path":"C:\\Program Files\\x","message":"invalid credentials for jane","event_type":"other","":"nameless"}}
        """;

    private static readonly byte[] s_record = Encoding.UTF8.GetBytes(Record.Replace("\n", "", StringComparison.Ordinal));

    // 2023-03-08T12:00:00Z, an hour ahead of UTC: an unspecified time of the record's day is local.
    private static readonly FixedTime s_time = new(new DateTimeOffset(2023, 3, 8, 12, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(1));

    private sealed class FixedTime(DateTimeOffset now, TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;

        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("test", offset, "test", "test");
    }

    /// <summary>JSON has numbers that no decimal holds.</summary>
    [Theory]
    [InlineData(true, "1e30", ">5")]
    [InlineData(true, "-1e30", "<5")]
    [InlineData(false, "1e30", "<5")]
    [InlineData(true, "1e30", "1000000000000000000000000000000")]
    [InlineData(true, "8e28", "[0 TO 1e29]")]
    [InlineData(true, "5", "[0 TO 99999999999999999999999999999]")]
    [InlineData(true, "5", "<1e300")]
    [InlineData(false, "5", ">1e300")]
    [InlineData(true, "1e-30", ">0")]
    [InlineData(false, "1e-30", "0")]
    [InlineData(true, "-0.00", "0")]
    [InlineData(true, "0e-40", "0")]
    [InlineData(true, "79228162514264337593543950335", ">79228162514264337593543950334")]
    [InlineData(false, "5", "<Infinity")]
    public void Numbers_of_any_size_are_compared(bool matches, string number, string asked) =>
        Assert.Equal(matches, LuceneQuery.Parse("jumpcloud.n:" + asked).Matches(Encoding.UTF8.GetBytes($"{{\"jumpcloud\":{{\"n\":{number}}}}}")));

    [Theory]
    // An identifier is compared whole, in any case.
    [InlineData(true, "event_type:sso_auth")]
    [InlineData(true, "event_type:SSO_Auth")]
    [InlineData(true, "event_type : sso_auth")]
    [InlineData(true, "event_type:\"sso_auth\"")]
    [InlineData(false, "event_type:sso")]
    [InlineData(false, "event_type:\"sso_*\"")]
    [InlineData(false, "user.name:jane")]
    [InlineData(false, "tenant_name:Example")]
    [InlineData(true, "tenant_name:\"example msp\"")]
    [InlineData(true, "tenant_name:Example\\ MSP")]
    [InlineData(true, "msg_origin.source:jumpcloud_directory_insights")]
    [InlineData(true, "msg_origin.processor.name:p")]
    [InlineData(true, "srcip_geo.city:\"New York\"")]
    [InlineData(false, "srcip_geo.city:York")]
    // Words are looked for in texts and in what JumpCloud sent.
    [InlineData(true, "event_name:zoom")]
    [InlineData(true, "event_name:failed")]
    [InlineData(true, "event_name:FAILED.")]
    [InlineData(true, "event_name:sign")]
    [InlineData(false, "event_name:fail")]
    [InlineData(true, "event_name:fail*")]
    [InlineData(true, "event_name:*oo?")]
    [InlineData(false, "event_name:zoo")]
    [InlineData(false, "event_name:oom*")]
    [InlineData(true, "event_name:\"to zoom failed\"")]
    [InlineData(false, "event_name:\"zoom to failed\"")]
    [InlineData(false, "event_name:\"o zoom\"")]
    [InlineData(true, "event_name:\"User's\"")]
    [InlineData(false, "event_name:user")]
    [InlineData(true, "event_name:s?gn-in")]
    [InlineData(true, "reason:\"CAFÉ \\\"closed\\\"\"")]
    [InlineData(true, "reason:caf\\u00e9")]
    [InlineData(true, "jumpcloud.message:\"invalid credentials\"")]
    [InlineData(true, "jumpcloud.message:JANE")]
    [InlineData(false, "jumpcloud.message:jan")]
    [InlineData(false, "jumpcloud.client_ip:20.30")]
    [InlineData(true, "jumpcloud.client_ip:10.20.30.40")]
    [InlineData(false, "jumpcloud.client_ip:20.*")]
    [InlineData(true, "jumpcloud.groups:team")]
    // Wildcards.
    [InlineData(true, "event_type:sso_*")]
    [InlineData(true, "event_type:*_auth")]
    [InlineData(true, "event_type:*o_a*")]
    [InlineData(true, "event_type:ss?_aut?")]
    [InlineData(false, "event_type:ss?")]
    [InlineData(false, "event_type:sso_auth?")]
    [InlineData(true, "event_type:sso_auth*")]
    [InlineData(false, "event_type:sso\\_*x")]
    [InlineData(false, "event_type:sso\\*")]
    [InlineData(false, "event_type:sso_aut\\?")]
    [InlineData(true, "srcip:10.*")]
    [InlineData(true, "srcport:4*")]
    [InlineData(true, "user.name:j*.d*e")]
    [InlineData(true, "jumpcloud.half:*x")]
    // Escapes and paths.
    [InlineData(true, "user\\.name:jane\\.doe")]
    [InlineData(true, "resource.name:\"acme\\\\jane (admin)\"")]
    [InlineData(true, "resource.name:acme\\\\jane\\ \\(admin\\)")]
    [InlineData(true, "jumpcloud.path:\"c:\\\\program files\"")]
    [InlineData(true, "jumpcloud.path:c\\:\\\\program*")]
    [InlineData(true, "jumpcloud.geoip.country_code:fr")]
    [InlineData(true, "jumpcloud.event_type:other")]
    [InlineData(false, "event_type:other")]
    [InlineData(false, "Event_Type:sso_auth")]
    [InlineData(false, "user:Jane.Doe")]
    [InlineData(true, "jumpcloud.a.b.c.d:dotted")]
    [InlineData(true, "jumpcloud.café:name")]
    [InlineData(true, "jumpcloud.caf\\u00e9:name")]
    [InlineData(true, "user.*:jane.doe")]
    [InlineData(true, "user.\\*:5ee8")]
    [InlineData(false, "user.*:sso")]
    [InlineData(true, "jumpcloud.*:dotted")]
    [InlineData(true, "jumpcloud.deep.*:found")]
    [InlineData(true, "jumpcloud.a.*:dotted")]
    [InlineData(true, "jumpcloud.a.b.*:dotted")]
    [InlineData(true, "jumpcloud.*:nameless")]
    [InlineData(false, "user.*:nameless")]
    // Arrays: one of the elements, at any depth.
    [InlineData(true, "jumpcloud.groups:alpha")]
    [InlineData(true, "jumpcloud.groups:7")]
    [InlineData(false, "jumpcloud.groups:gamma")]
    [InlineData(true, "jumpcloud.changes.field:b")]
    [InlineData(true, "jumpcloud.changes.to:3")]
    [InlineData(true, "jumpcloud.changes:loose")]
    [InlineData(true, "jumpcloud.deep.a.b.c:found")]
    [InlineData(true, "jumpcloud.groups:(alpha AND 7)")]
    // Numbers and booleans.
    [InlineData(true, "srcport:443")]
    [InlineData(true, "srcport:443.0")]
    [InlineData(true, "srcport:4.43e2")]
    [InlineData(true, "srcip_geo.latitude:-48.5")]
    [InlineData(true, "srcip_geo.latitude:\"-48.50\"")]
    [InlineData(true, "jumpcloud.big:9007199254740993")]
    [InlineData(false, "jumpcloud.big:9007199254740992")]
    [InlineData(true, "jumpcloud.mfa:false")]
    [InlineData(true, "jumpcloud.sso:TRUE")]
    [InlineData(false, "jumpcloud.port:8080.0")]
    // There or not.
    [InlineData(true, "event_type:*")]
    [InlineData(true, "event_type:**")]
    [InlineData(true, "_exists_:event_type")]
    [InlineData(true, "_exists_:\"event_type\"")]
    [InlineData(true, "_exists_:user")]
    [InlineData(true, "user:*")]
    [InlineData(true, "user.*:*")]
    [InlineData(false, "host.*:*")]
    [InlineData(false, "_exists_:host")]
    [InlineData(false, "_exists_:jumpcloud.provider")]
    [InlineData(false, "jumpcloud.provider:*")]
    [InlineData(false, "jumpcloud.provider:null")]
    [InlineData(true, "jumpcloud.blank:*")]
    [InlineData(true, "jumpcloud.blank:\"\"")]
    [InlineData(false, "event_type:\"\"")]
    [InlineData(true, "_exists_:jumpcloud.empty")]
    [InlineData(true, "_exists_:jumpcloud.nothing")]
    [InlineData(true, "_exists_:(host OR user)")]
    [InlineData(false, "_exists_:(host AND user)")]
    [InlineData(true, "event_type:[* TO *]")]
    [InlineData(false, "severity:{* TO *}")]
    [InlineData(true, "*")]
    [InlineData(true, "*:*")]
    [InlineData(false, "NOT *")]
    // Without a field: words anywhere.
    [InlineData(true, "zoom")]
    [InlineData(true, "jane.doe")]
    [InlineData(false, "jane.d")]
    [InlineData(true, "jane.d*")]
    [InlineData(true, "acme.example.com")]
    [InlineData(true, "\"invalid credentials\"")]
    [InlineData(true, "found")]
    [InlineData(true, "443")]
    [InlineData(true, "*redential*")]
    [InlineData(false, "nowhere")]
    [InlineData(false, "country_code")]
    [InlineData(true, "*:zoom")]
    [InlineData(true, "10.0.0.0/8")]
    // Ranges.
    [InlineData(true, "srcport:[443 TO 443]")]
    [InlineData(false, "srcport:{443 TO 500]")]
    [InlineData(false, "srcport:[400 TO 443}")]
    [InlineData(true, "srcport:{442 TO 444}")]
    [InlineData(true, "srcport:[80 TO 1000]")]
    [InlineData(true, "srcport:[80 TO *]")]
    [InlineData(false, "srcport:[* TO 80]")]
    [InlineData(true, "srcport:>442")]
    [InlineData(false, "srcport:>443")]
    [InlineData(true, "srcport:>=443")]
    [InlineData(true, "srcport:>= 443")]
    [InlineData(true, "srcport:<443.5")]
    [InlineData(true, "srcport:<=\"443\"")]
    [InlineData(true, "srcport:(>=400 AND <500)")]
    [InlineData(false, "srcport:(>=400 AND <410)")]
    [InlineData(true, "srcport:(+>=400 -<410)")]
    [InlineData(false, "srcport:[a TO z]")]
    [InlineData(true, "srcip_geo.latitude:[-90 TO -48]")]
    [InlineData(true, "srcip_geo.latitude:<-48")]
    [InlineData(true, "jumpcloud.port:[443 TO 10000]")]
    [InlineData(true, "jumpcloud.big:>9007199254740992")]
    [InlineData(false, "jumpcloud.big:>9007199254740993")]
    [InlineData(true, "jumpcloud.groups:>6")]
    [InlineData(true, "event_type:[radius TO sso_b]")]
    [InlineData(true, "event_type:[RADIUS TO SSO_B]")]
    [InlineData(false, "event_type:[a TO r]")]
    [InlineData(true, "user.name:[\"jane a\" TO \"jane.z\"]")]
    [InlineData(false, "severity:[a TO z]")]
    [InlineData(true, "srcip:[10.20.30.5 TO 10.20.30.100]")]
    [InlineData(false, "srcip:[10.20.30.41 TO 10.20.30.100]")]
    [InlineData(false, "srcip:>10.20.30.100")]
    [InlineData(true, "jumpcloud.ip6:[2001:db8:: TO 2001:db8:ffff::]")]
    [InlineData(false, "srcip:[:: TO ffff::]")]
    // Networks.
    [InlineData(true, "srcip:10.0.0.0/8")]
    [InlineData(true, "srcip:\"10.20.30.32/27\"")]
    [InlineData(false, "srcip:10.20.30.48/28")]
    [InlineData(true, "srcip:(192.168.0.0/16 OR 10.0.0.0\\/8)")]
    [InlineData(true, "jumpcloud.ip6:\"2001:DB8::/32\"")]
    [InlineData(true, "jumpcloud.ip6:\"2001:db8:1:0::0:9\"")]
    [InlineData(true, "srcip:\"::ffff:10.20.30.40\"")]
    // Times. The record is of 2023-03-07T14:01:19.218 local time.
    [InlineData(true, "timestamp:2023-03-07")]
    [InlineData(true, "timestamp:2023")]
    [InlineData(true, "timestamp:1678194079218")]
    [InlineData(false, "timestamp:1678194079217")]
    [InlineData(true, "timestamp:\"2023-03-07T14:01\"")]
    [InlineData(true, "timestamp:\"2023-03-07T13:01:19.218Z\"")]
    [InlineData(true, "timestamp:\"2023-03-07T18:31:19+05:30\"")]
    [InlineData(false, "timestamp:\"2023-03-07T13:01\"")]
    [InlineData(true, "timestamp:[2023-03-07 TO 2023-03-07]")]
    [InlineData(false, "timestamp:{2023-03-07 TO *]")]
    [InlineData(false, "timestamp:[* TO 2023-03-07}")]
    [InlineData(true, "timestamp:[2023-03 TO 2023-03]")]
    [InlineData(true, "timestamp:[2023-03-07T14:01:19.218 TO 2023-03-07T14:01:19.218]")]
    [InlineData(false, "timestamp:[2023-03-07T14:01:19.219 TO *]")]
    [InlineData(true, "timestamp:>2023-03-07T14:01:19.217")]
    [InlineData(true, "timestamp:>=2023-03-07T13:01:19Z")]
    [InlineData(false, "timestamp:<2023-03-07T13:01:19Z")]
    [InlineData(true, "timestamp:[1678194079218 TO 1678194079218]")]
    [InlineData(true, "timestamp:>now-1d")]
    [InlineData(false, "timestamp:>now-22h")]
    [InlineData(true, "timestamp:[now-7d TO now]")]
    [InlineData(false, "timestamp:>=now/d")]
    [InlineData(true, "timestamp:>=now-1d/d")]
    [InlineData(true, "timestamp:now-1d/d")]
    [InlineData(true, "timestamp:[now/w TO now/w]")]
    [InlineData(true, "timestamp:[now/M TO now/M+1M]")]
    [InlineData(true, "timestamp:[2023-03-08||-1d TO 2023-03-08||/d]")]
    [InlineData(true, "timestamp:[* TO 9999]")]
    [InlineData(true, "write_time:>1678194079218")]
    [InlineData(true, "jumpcloud.timestamp:[2023-03-07 TO 2023-03-08]")]
    [InlineData(true, "jumpcloud.timestamp:>now-1d")]
    [InlineData(true, "jumpcloud.expires:>now")]
    [InlineData(false, "jumpcloud.expires:<now")]
    [InlineData(false, "jumpcloud.timestamp:>2023-03-07")]
    // Expressions: the whole value.
    [InlineData(true, "user.name:/jane\\.(doe|roe)/")]
    [InlineData(false, "user.name:/jane/")]
    [InlineData(true, "user.name:/.*jane.*/")]
    [InlineData(false, "event_type:/sso|auth/")]
    [InlineData(true, "srcport:/4+3/")]
    [InlineData(true, "/.*credentials.*/")]
    [InlineData(true, "event_type:(/radius.*/ OR /sso.*/)")]
    [InlineData(false, "resource.name:/a\\/b/")]
    // AND, OR, NOT and what binds closer.
    [InlineData(true, "event_type:sso_auth AND event_status:failure")]
    [InlineData(false, "event_type:sso_auth AND event_status:success")]
    [InlineData(true, "event_type:x OR event_status:failure")]
    [InlineData(true, "event_type:x event_status:failure")]
    [InlineData(false, "event_type:x event_status:y")]
    [InlineData(true, "event_type:x || event_status:failure && srcport:443")]
    [InlineData(false, "event_type:x&&srcport:443")]
    [InlineData(true, "event_type:x||srcport:443")]
    [InlineData(true, "zoom OR no AND no")]
    [InlineData(true, "no AND no OR zoom")]
    [InlineData(false, "no AND (no OR zoom)")]
    [InlineData(false, "NOT zoom")]
    [InlineData(true, "NOT no")]
    [InlineData(true, "NOT no AND zoom")]
    [InlineData(true, "!no")]
    [InlineData(true, "NOT NOT zoom")]
    [InlineData(false, "NOT (no OR zoom)")]
    [InlineData(true, "NOT(no)")]
    [InlineData(false, "zoom NOT jane.doe")]
    [InlineData(true, "zoom OR NOT jane.doe")]
    [InlineData(false, "no OR NOT jane.doe")]
    [InlineData(true, "NOT jane.doe OR zoom")]
    [InlineData(true, "+zoom no")]
    [InlineData(false, "+no zoom")]
    [InlineData(false, "zoom -jane.doe")]
    [InlineData(false, "zoom OR -jane.doe")]
    [InlineData(true, "zoom -no")]
    [InlineData(true, "-no")]
    [InlineData(false, "-zoom")]
    [InlineData(true, "+zoom +443 no")]
    [InlineData(false, "+zoom +no")]
    [InlineData(false, "zoom OR +no AND 443")]
    [InlineData(true, "- no")]
    [InlineData(true, "event_type:(x OR sso_auth)")]
    [InlineData(true, "event_type:(x sso_auth)")]
    [InlineData(false, "event_type:(sso_auth AND x)")]
    [InlineData(true, "event_type:(sso_* -*_x)")]
    [InlineData(true, "event_type:(x OR (y OR sso_auth))")]
    [InlineData(true, "event_type:(x OR user.name:jane.doe)")]
    [InlineData(true, "(event_type:x OR event_type:sso_auth) AND (srcport:443)")]
    [InlineData(true, "msg_class:jumpcloud_directoryinsights AND event_type:sso_auth AND NOT srcip:192.*")]
    [InlineData(false, "msg_class:jumpcloud_directoryinsights AND event_type:sso_auth AND NOT srcip:10.*")]
    [InlineData(false, "ANDROID")]
    [InlineData(false, "event_type:sso-auth")]
    [InlineData(true, "  zoom\t")]
    public void A_query_matches_or_not(bool matches, string query)
    {
        LuceneQuery parsed = LuceneQuery.Parse(query, s_time);
        Assert.Equal(matches, parsed.Matches(s_record));
        LuceneQuery other = parsed.ForAnotherThread();
        // What one record had is not left for the next.
        Assert.Equal(other.Matches("{}"u8), parsed.Matches("{}"u8));
        Assert.Equal(matches, other.Matches(s_record));
        Assert.Equal(matches, parsed.Matches(s_record));
    }

    [Theory]
    [InlineData("", 0, "empty")]
    [InlineData("  ", 0, "empty")]
    [InlineData("event_type:", 12, "no value")]
    [InlineData("event_type: ", 13, "no value")]
    [InlineData("event_type:)", 12, "no value")]
    [InlineData("event_type:OR", 12, "in quotes")]
    [InlineData("(event_type:AND)", 13, "in quotes")]
    [InlineData(":x", 1, "no field")]
    [InlineData("a AND :x", 7, "no field")]
    [InlineData("srcip:2001:db8::1", 11, "srcip:\"2001:…\"")]
    [InlineData("a AND", 6, "behind an operator")]
    [InlineData("a OR ", 6, "behind an operator")]
    [InlineData("AND a", 1, "AND has nothing before it")]
    [InlineData("a AND OR b", 7, "OR has nothing before it")]
    [InlineData("|| a", 1, "|| has nothing before it")]
    [InlineData("(a AND)", 7, "behind an operator")]
    [InlineData("a AND NOT", 7, "NOT needs")]
    [InlineData("(a -)", 4, "- needs")]
    [InlineData("+-a", 2, "another sign")]
    [InlineData("NOT +a", 5, "another sign")]
    [InlineData("(a", 1, "never closed")]
    [InlineData("a (b (c)", 3, "never closed")]
    [InlineData("(", 2, "missing at the end")]
    [InlineData("a)", 2, "no opening one")]
    [InlineData(")", 1, "no opening one")]
    [InlineData("a ()", 4, "nothing in the parentheses")]
    [InlineData("user.name:\"jane", 11, "never closed")]
    [InlineData("\"a\\\"", 1, "never closed")]
    [InlineData("a\\", 2, "nothing behind it")]
    [InlineData("user.name:ACME\\jane", 15, "DOMAIN\\\\user")]
    [InlineData("srcport:[1 TO 2", 9, "never closed")]
    [InlineData("srcport:[1 2]", 12, "no TO")]
    [InlineData("srcport:[1 to 2]", 12, "no TO")]
    [InlineData("srcport:[1", 9, "never closed")]
    [InlineData("srcport:[", 9, "never closed")]
    [InlineData("srcport:[TO 2]", 10, "end of the range is missing")]
    [InlineData("srcport:[1 TO ]", 15, "end of the range is missing")]
    [InlineData("srcport:[1 TO 2 3]", 17, "more than two")]
    [InlineData("srcport:[1* TO 2]", 10, "no wildcards")]
    [InlineData("[1 TO 2]", 1, "needs a field")]
    [InlineData("*:[1 TO 2]", 3, "needs a field")]
    [InlineData(">5", 1, "needs a field")]
    [InlineData("srcport:>", 9, "no value")]
    [InlineData("srcport:> AND a", 9, "no value")]
    [InlineData("srcport:>4*", 10, "no wildcards")]
    [InlineData("]", 1, "nothing to close")]
    [InlineData("a^2", 2, "boost")]
    [InlineData("(a b)^2", 6, "boost")]
    [InlineData("user.name:jane^2", 15, "boost")]
    [InlineData("^", 1, "boost")]
    [InlineData("user.name:jane~", 15, "fuzzy")]
    [InlineData("\"a b\"~3", 6, "fuzzy")]
    [InlineData("~", 1, "fuzzy")]
    [InlineData("user.name:/jane", 11, "never closed")]
    [InlineData("user.name:/(jane/", 11, "not a regular expression")]
    [InlineData("user.name:/a)(b/", 11, "not a regular expression")]
    [InlineData("jumpcloud.path:/etc/passwd", 21, "in quotes")]
    [InlineData("timestamp:yesterday", 11, "not a time")]
    [InlineData("timestamp:[now TO 2023-13]", 19, "not a time")]
    [InlineData("timestamp:>2023-02-30", 12, "not a time")]
    [InlineData("timestamp:>now-1x", 12, "not a time")]
    [InlineData("timestamp:2023-03*", 11, "no wildcards")]
    [InlineData("srcip:10.0.0.0/33", 7, "not a network")]
    [InlineData("srcip:10.*/8", 7, "not a network")]
    [InlineData("srcip:(a OR \"b/c\")", 13, "not a network")]
    [InlineData("us*r:jane", 1, "wildcards")]
    [InlineData("user.*.x:jane", 1, "wildcards")]
    [InlineData(".user:jane", 1, "not a field")]
    [InlineData("user..name:jane", 1, "not a field")]
    [InlineData("timestamp:[2026-11-28 TO 2026-11-27]", 11, "nothing is in the range")]
    [InlineData("a OR NOT write_time:{2026-11-28 TO 2026-11-28}", 21, "nothing is in the range")]
    [InlineData("timestamp:{10 TO 11}", 11, "nothing is in the range")]
    [InlineData("srcport:[500 TO 100]", 9, "nothing is in the range")]
    [InlineData("srcport:[80 TO 80}", 9, "nothing is in the range")]
    [InlineData("_exists_:a.", 10, "not a field")]
    [InlineData("_exists_:[a TO b]", 10, "name of a field")]
    [InlineData("_exists_:/a/", 10, "name of a field")]
    public void An_error_says_what_is_wrong_and_where(string query, int place, string part)
    {
        JcException error = Assert.Throws<JcException>(() => LuceneQuery.Parse(query, s_time));
        Assert.Equal("InvalidQuery", error.ErrorId);
        Assert.Equal(JcErrorKind.InvalidInput, error.Kind);
        Assert.Equal(query, error.Target);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        if (place > 0) Assert.Contains($"at character {place},", error.Message, StringComparison.Ordinal);
        Assert.Matches(Ending(), error.Message);
    }

    [Fact]
    public void An_error_shows_the_text_around_it()
    {
        JcException error = Assert.Throws<JcException>(() => LuceneQuery.Parse("event_type:sso_auth AND (user.name:jane^2 OR srcip:10.*)"));
        Assert.Contains("near '…(user.name:jane^2 OR srcip:10.…'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parentheses_within_each_other_have_a_limit()
    {
        Assert.True(LuceneQuery.Parse(new string('(', 100) + "zoom" + new string(')', 100)).Matches(s_record));
        Assert.Contains("101", Assert.Throws<JcException>(() => LuceneQuery.Parse(new string('(', 5000) + "zoom")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_that_runs_away_ends_the_search()
    {
        LuceneQuery query = LuceneQuery.Parse("jumpcloud.x:/(a+)+b/");
        byte[] record = Encoding.UTF8.GetBytes("{\"jumpcloud\":{\"x\":\"" + new string('a', 60) + "\"}}");
        JcException error = Assert.Throws<JcException>(() => query.Matches(record));
        Assert.Equal("InvalidQuery", error.ErrorId);
        Assert.Contains("(a+)+b", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EventType:sso_auth", "No record has a field 'EventType', so EventType:sso_auth holds for no record. Did you mean 'event_type'?")]
    [InlineData("a OR NOT outcome:(x OR y)", "No record has a field 'outcome', so outcome:(x OR y) holds for no record. Did you mean 'event_status'?")]
    [InlineData("user:jane", "'user' holds other fields and has no value of its own, so user:jane holds for no record. Did you mean 'user.name'?")]
    [InlineData("_exists_:sourceip", "No record has a field 'sourceip', so _exists_:sourceip holds for no record. Did you mean 'srcip'?")]
    [InlineData("@timestamp:[now-1d TO now]", "No record has a field '@timestamp', so @timestamp:[now-1d TO now] holds for no record. Did you mean 'timestamp'?")]
    [InlineData("geoip.country_code:US", "No record has a field 'geoip.country_code', so geoip.country_code:US holds for no record. Did you mean 'jumpcloud.geoip.country_code'?")]
    [InlineData("srcport:[a TO b]", "srcport is a number in every record that has it, and no number fits '[a TO b]'. Give numbers, such as srcport:80 or srcport:[0 TO 80].")]
    [InlineData("a NOT srcport:(80 OR [80 TO https])", "srcport is a number in every record that has it, and no number fits '[80 TO https]'. Give numbers, such as srcport:80 or srcport:[0 TO 80].")]
    [InlineData("srcip_geo.latitude:>=north", "srcip_geo.latitude is a number in every record that has it, and no number fits '>=north'. Give numbers, such as srcip_geo.latitude:80 or srcip_geo.latitude:[0 TO 80].")]
    [InlineData("srcport:https", "srcport is a number in every record that has it, and no number fits 'https'. Give numbers, such as srcport:80 or srcport:[0 TO 80].")]
    [InlineData("timestamp:[now TO 2020-01-01]", "Nothing is in the range [now TO 2020-01-01] of timestamp at present: it ends before it begins. Put the end that comes first before TO; [ and ] take the ends themselves along.")]
    [InlineData("timestamp:[now TO now-1d] OR a", "Nothing is in the range [now TO now-1d] of timestamp at present: it ends before it begins. Put the end that comes first before TO; [ and ] take the ends themselves along.")]
    [InlineData("zoom and jane", "'and' is searched for as a word. The operators are in capitals: AND, OR and NOT.")]
    public void A_query_that_is_hardly_meant_is_doubted(string query, string doubt) => Assert.Equal(doubt, Assert.Single(LuceneQuery.Parse(query).Doubts));

    [Theory]
    [InlineData("event_type:x AND jumpcloud.anything.at.all:y")]
    [InlineData("_exists_:user OR user:* OR user.*:jane OR *:x")]
    [InlineData("\"and\" OR event_name:\"or\"")]
    [InlineData("srcport:(80 OR 4* OR \"8e1\" OR [80 TO *] OR >1) OR srcip_geo.latitude:[-1.5 TO 1e3]")]
    [InlineData("timestamp:[2026-01-31 TO 2026-01] OR timestamp:{10 TO 12} OR srcport:[80 TO 80]")]
    [InlineData("reason:[b TO a] OR jumpcloud.x:[9 TO 1] OR event_name:[now TO 2020-01-01]")]
    public void A_query_that_can_be_meant_is_not_doubted(string query) => Assert.Empty(LuceneQuery.Parse(query).Doubts);

    [Theory]
    [InlineData("event_type:sso_auth", "event_type=sso_auth")]
    [InlineData("event_type:sso_auth AND user.name:\"jane\" AND zoom", "event_type=sso_auth;user.name=jane")]
    [InlineData("+event_type:a -user.name:b c", "event_type=a")]
    [InlineData("event_type:(a OR b OR A)", "event_type=a,b")]
    [InlineData("event_type:a OR event_type:b AND user.id:c", "event_type=a,b")]
    [InlineData("event_type:a OR user.name:b", "")]
    [InlineData("event_type:a user.name:b", "")]
    [InlineData("event_type:(a OR b*)", "")]
    [InlineData("event_type:(a AND b)", "event_type=a;event_type=b")]
    [InlineData("(event_type:(a AND (b OR c)) OR event_type:(d OR e)) AND srcip:10.1.1.1", "event_type=a,d,e;srcip=10.1.1.1")]
    [InlineData("NOT event_type:a", "")]
    [InlineData("NOT NOT event_type:a", "event_type=a")]
    [InlineData("NOT (NOT event_type:a)", "")]
    [InlineData("srcip:10.0.0.0/8 AND srcip:\"2001:db8::1\" AND srcip:10.*", "")]
    [InlineData("event_type:* AND event_name:zoom AND resource.name:x AND srcport:1 AND jumpcloud.event_type:x", "")]
    [InlineData("org_id:a AND org_name:b AND connector_name:c AND tenant_name:d AND msg_class:e AND event_category:f AND user.email:g", "org_id=a;org_name=b;connector_name=c;tenant_name=d;msg_class=e;event_category=f;user.email=g")]
    [InlineData("* AND event_type:a", "event_type=a")]
    [InlineData("* OR event_type:a", "")]
    [InlineData("user.*:a AND *:b", "")]
    public void What_every_match_has_is_known(string query, string terms) => Assert.Equal(
        terms, string.Join(';', LuceneQuery.Parse(query).RequiredTerms.Select(t => $"{t.Field}={string.Join(',', t.Values)}")));

    [Theory]
    [InlineData("timestamp:[10 TO 20]", 10L, 21L)]
    [InlineData("timestamp:{10 TO 20}", 11L, 20L)]
    [InlineData("timestamp:>=10 AND zoom AND timestamp:<100 AND timestamp:>5", 10L, 100L)]
    [InlineData("timestamp:[10 TO 20] OR timestamp:[50 TO *]", 10L, null)]
    [InlineData("timestamp:[10 TO 20] OR zoom", null, null)]
    [InlineData("NOT timestamp:>10", null, null)]
    [InlineData("write_time:>10", null, null)]
    [InlineData("jumpcloud.timestamp:>now", null, null)]
    [InlineData("timestamp:2023-03-07", 1678143600000L, 1678230000000L)]
    [InlineData("timestamp:[now TO *]", 1678276800000L, null)]
    // No record is of a time that is after the last and before the first.
    [InlineData("EventType:x", long.MaxValue, long.MinValue)]
    [InlineData("_exists_:Event.*", long.MaxValue, long.MinValue)]
    [InlineData("EventType:x AND timestamp:[10 TO 20]", long.MaxValue, long.MinValue)]
    [InlineData("EventType:x OR Other.y:z", long.MaxValue, long.MinValue)]
    [InlineData("+EventType:(x OR y) zoom -a", long.MaxValue, long.MinValue)]
    [InlineData("EventType:x OR timestamp:[10 TO 20]", 10L, 21L)]
    [InlineData("EventType:x zoom", null, null)]
    [InlineData("NOT EventType:x", null, null)]
    [InlineData("NOT (EventType:x AND zoom)", null, null)]
    [InlineData("user.no:x AND jumpcloud.no:y AND jumpcloud:z AND no", null, null)]
    public void The_time_of_every_match_is_known(string query, long? after, long? before) =>
        Assert.Equal((after, before), LuceneQuery.Parse(query, s_time).RequiredSpan);

    [Fact]
    public void A_record_query_is_checked_and_doubted()
    {
        Assert.Equal("InvalidQuery", Assert.Throws<JcException>(() => new RecordQuery { Query = "a AND" }.Check()).ErrorId);
        Assert.Equal("InvalidQuery", Assert.Throws<JcException>(() => new RecordQuery { Query = "" }.Check()).ErrorId);
        Assert.Equal("InvalidRegex", Assert.Throws<JcException>(() => new RecordQuery { Text = "(", Regex = true }.Check()).ErrorId);
        Assert.Equal("InvalidRegex", Assert.Throws<JcException>(() => new RecordQuery { Regex = true }.Check()).ErrorId);
        new RecordQuery { Query = "a", Text = "(" }.Check();
        Assert.Single(new RecordQuery { Query = "EventType:x" }.Doubts());
        Assert.Empty(new RecordQuery { Query = "event_type:x" }.Doubts());
    }

    [Theory]
    [InlineData("jane\\.(doe|roe)@", true)]
    [InlineData("^\\{\"TIMESTAMP\":\\d{13},", true)]
    [InlineData("jane\\.d@", false)]
    public void A_text_can_be_an_expression(string text, bool matches) =>
        Assert.Equal(matches, new RecordPredicate(new RecordQuery { Text = text, Regex = true }).Matches(s_record));

    [Fact]
    public void An_expression_as_text_that_runs_away_ends_the_search()
    {
        byte[] record = Encoding.UTF8.GetBytes("{\"x\":\"" + new string('a', 60) + "\"}");
        RecordPredicate predicate = new(new RecordQuery { Text = "(a+)+b", Regex = true });
        Assert.Equal("InvalidRegex", Assert.Throws<JcException>(() => predicate.Matches(record)).ErrorId);
    }

    [GeneratedRegex("[.)]$")]
    private static partial Regex Ending();
}
