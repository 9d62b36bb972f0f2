using System.Diagnostics;
using System.Text.Json;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>What rsyslog has read in a message.</summary>
/// <param name="Header">
/// The header's fields by their names in <see cref="RsyslogServer"/>'s template: pri, timestamp, hostname, appName, procId,
/// msgId, structuredData, message.
/// </param>
/// <param name="IsJson">Whether mmjsonparse took the text for JSON.</param>
/// <param name="Fields">The JSON as mmjsonparse has it; of other texts one field, msg. Null where it was not asked.</param>
internal sealed record RsyslogParsed(IReadOnlyDictionary<string, string> Header, bool IsJson, JsonElement? Fields);

/// <summary>
/// rsyslog: UDP, TCP and TLS in either framing, RELP with and without TLS. The input's ruleset has no queue of its own and
/// the files are written as each batch ends, before anything is acknowledged.
/// </summary>
internal sealed class RsyslogServer : ReceiverProcess
{
    private static readonly string[] Modules = ["imtcp", "imptcp", "imudp", "imrelp", "lmnsd_ossl", "lmnsd_gtls", "mmjsonparse"];

    public RsyslogServer(ReceiverOptions options)
        : base(Possible(options))
    {
    }

    /// <summary>What is not there, and how to get it; null where everything is.</summary>
    public static string? Missing { get; } = FindMissing();

    public static bool IsInstalled => Missing is null;

    /// <summary>A started receiver.</summary>
    public static Task<RsyslogServer> StartAsync(ReceiverOptions options) => StartNewAsync(new RsyslogServer(options));

    /// <summary>The messages as rsyslog has parsed them; <see cref="ReceiverOptions.Parsing"/> says how far. Not behind a kill, which may cut one short.</summary>
    public IEnumerable<RsyslogParsed> EnumerateParsed()
    {
        foreach (string line in File.ReadLines(InFolder("parsed")))
        {
            Dictionary<string, string> fields = JsonSerializer.Deserialize<Dictionary<string, string>>(line)!;
            bool isJson = fields.Remove("parseSuccess", out string? success) && success == "OK";
            fields.Remove("fields", out string? json);
            yield return new RsyslogParsed(fields, isJson, string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize<JsonElement>(json));
        }
    }

    protected override ProcessStartInfo Command()
    {
        File.WriteAllText(InFolder("rsyslog.conf"), Configuration());
        return new ProcessStartInfo(Program()!, ["-n", "-f", InFolder("rsyslog.conf"), "-i", InFolder("pid")]);
    }

    private static ReceiverOptions Possible(ReceiverOptions options)
    {
        if (options is { Transport: SyslogTransport.Tls, TlsLibrary: RsyslogTlsLibrary.OpenSsl, Tls.PermittedPeer: not null })
            throw new ArgumentException("rsyslog's imtcp lets every name pass that has a valid certificate over OpenSSL; take GnuTLS.", nameof(options));
        if (options is { Transport: SyslogTransport.RelpTls, TlsLibrary: RsyslogTlsLibrary.GnuTls, Tls: { RequireClientCertificate: false, PermittedPeer: null } })
            throw new ArgumentException("librelp over GnuTLS takes no client without a certificate; take OpenSSL.", nameof(options));
        return options;
    }

    private static string? Program() => Programs.Find("rsyslogd", "/usr/sbin", "/usr/local/sbin");

    private static string? FindMissing()
    {
        const string Remedy = "apt-get install rsyslog rsyslog-relp rsyslog-openssl rsyslog-gnutls";
        if (OperatingSystem.IsWindows()) return "rsyslog does not run on Windows.";
        if (Program() is null) return $"There is no rsyslogd on this machine: {Remedy}";
        string[] folders =
        [
            .. Directory.GetDirectories("/usr/lib").Prepend("/usr/lib").Append("/usr/local/lib").Append("/usr/lib64").Select(f => Path.Combine(f, "rsyslog")).Where(Directory.Exists),
        ];
        string[] missing = [.. Modules.Where(m => !folders.Any(f => File.Exists(Path.Combine(f, m + ".so"))))];
        return missing.Length == 0 ? null : $"rsyslog lacks {string.Join(", ", missing)}: {Remedy}";
    }

    private string Configuration()
    {
        string control = Options.EscapeControlCharacters
            ? ""
            : """parser.escapeControlCharactersOnReceive="off" parser.dropTrailingLFOnReception="off" """;
        string tls = Options.Transport == SyslogTransport.Tls
            ? $"""
               defaultNetstreamDriverCAFile="{InFolder("ca.pem")}" defaultNetstreamDriverCertFile="{InFolder("certificate.pem")}"
               defaultNetstreamDriverKeyFile="{InFolder("key.pem")}"
               """
            : "";
        string read = Options.Parsing switch
        {
            RsyslogParsing.None => "",
            RsyslogParsing.Header => Parsed(""),
            RsyslogParsing.Json => Parsed("""action(type="mmjsonparse" cookie="")"""),
            _ => Parsed("""action(type="mmjsonparse")"""),
        };
        return $$"""
            global(workDirectory="{{Folder}}" maxMessageSize="{{Options.MaxMessageBytes}}" net.enableDNS="off" processInternalMessages="on" {{control}} {{tls}})
            main_queue(queue.type="Direct")
            module(load="mmjsonparse")
            {{Module()}}
            template(name="received" type="string" string="%$.length% %rawmsg%\n")
            template(name="own" type="string" string="%msg%\n")
            template(name="parsed" type="list" option.jsonf="on") {
                property(outname="pri" name="pri" format="jsonf")
                property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
                property(outname="hostname" name="hostname" format="jsonf")
                property(outname="appName" name="app-name" format="jsonf")
                property(outname="procId" name="procid" format="jsonf")
                property(outname="msgId" name="msgid" format="jsonf")
                property(outname="structuredData" name="structured-data" format="jsonf")
                property(outname="message" name="msg" format="jsonf")
                property(outname="parseSuccess" name="parsesuccess" format="jsonf")
                property(outname="fields" name="$!all-json-plain" format="jsonf")
            }
            ruleset(name="messages" queue.type="Direct") {
                set $.length = strlen($rawmsg);
                action(type="omfile" file="{{InFolder("received")}}" template="received" asyncWriting="off" flushOnTXEnd="on")
                {{read}}
            }
            {{Input()}}
            action(type="omfile" file="{{InFolder("own.log")}}" template="own" asyncWriting="off" flushOnTXEnd="on")

            """;

        string Parsed(string before) =>
            $"""{before} action(type="omfile" file="{InFolder("parsed")}" template="parsed" asyncWriting="off" flushOnTXEnd="on")""";
    }

    private string Module() => Options.Transport switch
    {
        SyslogTransport.Udp => """module(load="imudp")""",
        SyslogTransport.Tcp when Options.TcpInput == RsyslogTcpInput.ImPTcp => """module(load="imptcp")""",
        SyslogTransport.Tcp or SyslogTransport.Tls => """module(load="imtcp" maxSessions="1000")""",
        _ => $"""module(load="imrelp" tls.tlslib="{(Options.TlsLibrary == RsyslogTlsLibrary.OpenSsl ? "openssl" : "gnutls")}")""",
    };

    private string Input()
    {
        // A frame above maxFrameSize (200,000 by default) would turn octet counting off in the middle of it.
        const string Frames = "maxFrameSize=\"200000000\"";
        string where = $"""address="127.0.0.1" port="{Port}" ruleset="messages" """;
        return Options.Transport switch
        {
            SyslogTransport.Udp => $"""input(type="imudp" {where} rcvbufSize="16m")""",
            SyslogTransport.Tcp => $"""input(type="{(Options.TcpInput == RsyslogTcpInput.ImPTcp ? "imptcp" : "imtcp")}" {where} {Frames})""",
            SyslogTransport.Tls => $"""
                input(type="imtcp" {where} {Frames} streamDriver.name="{(Options.TlsLibrary == RsyslogTlsLibrary.OpenSsl ? "ossl" : "gtls")}" streamDriver.mode="1"
                    streamDriver.authMode="{AuthMode("anon", "x509/certvalid", "x509/name")}" {Peer("permittedPeer")})
                """,
            SyslogTransport.Relp => $"""input(type="imrelp" {where} maxDataSize="{Options.MaxMessageBytes}")""",
            _ => $"""
                input(type="imrelp" {where} maxDataSize="{Options.MaxMessageBytes}" tls="on" tls.caCert="{InFolder("ca.pem")}" tls.myCert="{InFolder("certificate.pem")}"
                    tls.myPrivKey="{InFolder("key.pem")}" {RelpAuthMode()} {Peer("tls.permittedPeer")})
                """,
        };
    }

    private string AuthMode(string anybody, string valid, string named) => Options.RequiredTls switch
    {
        { PermittedPeer: not null } => named,
        { RequireClientCertificate: true } => valid,
        _ => anybody,
    };

    // Without a mode librelp asks for no certificate.
    private string RelpAuthMode() => AuthMode("", "tls.authMode=\"certvalid\"", "tls.authMode=\"name\"");

    private string Peer(string parameter) => Options.RequiredTls.PermittedPeer is { } peer ? $"{parameter}=[\"{peer}\"]" : "";
}
