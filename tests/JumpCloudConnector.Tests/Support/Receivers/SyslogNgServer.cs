using System.Diagnostics;
using JumpCloudConnector.Forwarding;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>
/// syslog-ng: UDP, TCP and TLS. Debian's package cannot be installed beside rsyslog's; it is enough to unpack it and to name
/// the folder in JC_SYSLOG_NG. It drops line feeds at a message's end, and keeps everything else.
/// </summary>
internal sealed class SyslogNgServer : ReceiverProcess
{
    /// <summary>
    /// Messages of a connection that it has read and not yet written, at most. It may lose them when it is stopped, also those
    /// behind an orderly end of the connection; it takes no smaller window.
    /// </summary>
    public const int Window = 100;

    /// <summary>The environment variable with the folder of an unpacked package.</summary>
    public const string Variable = "JC_SYSLOG_NG";

    private static readonly string? Root = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root ? root : null;

    public SyslogNgServer(ReceiverOptions options)
        : base(Possible(options))
    {
    }

    /// <summary>What is not there, and how to get it; null where everything is.</summary>
    public static string? Missing { get; } = FindMissing();

    public static bool IsInstalled => Missing is null;

    /// <summary>A started receiver.</summary>
    public static Task<SyslogNgServer> StartAsync(ReceiverOptions options) => StartNewAsync(new SyslogNgServer(options));

    protected override ProcessStartInfo Command()
    {
        File.WriteAllText(InFolder("syslog-ng.conf"), Configuration());
        ProcessStartInfo start = new(Program()!,
        [
            "--foreground", "--no-caps", "--stderr", "--cfgfile=" + InFolder("syslog-ng.conf"), "--persist-file=" + InFolder("persist"),
            "--pidfile=" + InFolder("pid"), "--control=" + InFolder("control"),
        ]);
        if (Modules() is not { } modules) return start;
        start.ArgumentList.Add("--module-path=" + modules);
        start.Environment["LD_LIBRARY_PATH"] = Path.GetDirectoryName(modules) + ":" + modules;
        return start;
    }

    private static ReceiverOptions Possible(ReceiverOptions options) => options.Transport is SyslogTransport.Relp or SyslogTransport.RelpTls
        ? throw new ArgumentException("syslog-ng knows no RELP.", nameof(options))
        : options;

    private static string? Program() => Root is null ? Programs.Find("syslog-ng", "/usr/sbin", "/usr/local/sbin") : Programs.Find("syslog-ng", Path.Combine(Root, "usr/sbin"));

    /// <summary>The folder of an unpacked package's modules, named by its version; null for an installed one, which knows its own.</summary>
    private static string? Modules() =>
        Root is null ? null : Directory.GetFiles(Path.Combine(Root, "usr/lib"), "libafsocket.so", SearchOption.AllDirectories).Select(Path.GetDirectoryName).FirstOrDefault();

    private static string? FindMissing()
    {
        if (OperatingSystem.IsWindows()) return "syslog-ng does not run on Windows.";
        if (Program() is null)
        {
            return Root is null
                ? $"There is no syslog-ng on this machine: apt-get download syslog-ng-core, dpkg-deb -x into a folder, and {Variable}=that folder."
                : $"{Variable} names {Root}, where there is no usr/sbin/syslog-ng.";
        }

        // An unpacked package may lack the libraries that it depends on.
        try
        {
            ProcessStartInfo start = new(Program()!, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            if (Modules() is { } modules) start.Environment["LD_LIBRARY_PATH"] = Path.GetDirectoryName(modules) + ":" + modules;
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && output.Result.Length > 0 ? null : "syslog-ng does not run on this machine: " + error;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return "syslog-ng does not run on this machine: " + e.Message;
        }
    }

    private string Configuration() => $$"""
        @version: 3.35
        options {
            keep-hostname(yes); use-dns(no); dns-cache(no); stats-freq(0); log-msg-size({{Options.MaxMessageBytes}}); log-fifo-size(100000); flush-lines(1);
        };
        source messages { {{Source()}} };
        destination received { file("{{InFolder("received")}}" template("$(length ${RAWMSG}) ${RAWMSG}\n")); };
        log { source(messages); destination(received); flags(flow-control); };

        """;

    private string Source()
    {
        // syslog() reads counted frames from a stream, network() lines.
        bool counted = Options.Transport == SyslogTransport.Udp || Options.Framing == SyslogFraming.OctetCounting;
        string flags = counted ? "store-raw-message" : "store-raw-message, syslog-protocol";
        const string Sized = "max-connections(10) log-iw-size(1000) log-fetch-limit(100)";
        string transport = Options.Transport switch
        {
            SyslogTransport.Udp => "transport(udp) so-rcvbuf(8388608) log-iw-size(10000)",
            SyslogTransport.Tcp => $"transport(tcp) {Sized}",
            _ => $"""
                transport(tls) {Sized} tls(cert-file("{InFolder("certificate.pem")}") key-file("{InFolder("key.pem")}") ca-file("{InFolder("ca.pem")}")
                    peer-verify({(Options.RequiredTls.RequireClientCertificate ? "required-trusted" : "optional-untrusted")}))
                """,
        };
        return $"{(counted ? "syslog" : "network")}(ip(127.0.0.1) port({Port}) flags({flags}) {transport});";
    }
}
