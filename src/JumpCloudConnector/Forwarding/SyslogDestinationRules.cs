using System.Globalization;
using JumpCloudConnector.Queries;

namespace JumpCloudConnector.Forwarding;

/// <summary>What a destination may be. Every refusal names the value, the rule and the way out.</summary>
public static class SyslogDestinationRules
{
    /// <summary>The least that a message may be limited to: a header with a tenant's name, and the heart of a record.</summary>
    public const int LeastMessageBytes = 1024;

    /// <summary>What an IPv4 datagram can carry.</summary>
    public const int MostDatagramBytes = 65_507;

    /// <summary>The most that a limit may be, and what stands for "any size" over a stream.</summary>
    public const int MostMessageBytes = 64 << 20;

    /// <summary>The largest window of unacknowledged RELP messages.</summary>
    public const int MostWindow = 10_000;

    private const int LongestName = 128, LongestHostName = 255;

    private static readonly TimeSpan LeastTimeout = TimeSpan.FromSeconds(1), MostTimeout = TimeSpan.FromHours(1);

    private static readonly string[] s_outcomes = ["success", "failure", "mfa", "unknown"];

    /// <summary>Checks a whole destination.</summary>
    /// <exception cref="JcException">InvalidSyslogDestination: the name, address, port, app name, host name, enterprise number,
    /// severity, size, window or time limit is none; or settings that do not go together. InvalidQuery. InvalidFingerprint.</exception>
    public static void Check(SyslogDestination destination)
    {
        CheckName(destination.Name);
        CheckHost(destination.HostName);
        Demand(destination.Port is >= 1 and <= 65_535, destination.Port, $"Port {destination.Port} is none. Give 1 to 65535; {SyslogDestination.DefaultPort(destination.Transport)} is the default for {destination.Transport}.");
        Demand(IsPrintable(destination.AppName, 48), destination.AppName,
            $"The app name '{destination.AppName}' is not possible. Give 1 to 48 printable ASCII characters without spaces.");
        Demand(destination.OriginHostName is null || IsPrintable(destination.OriginHostName, 255), destination.OriginHostName,
            $"The origin host name '{destination.OriginHostName}' is not possible. Give 1 to 255 printable ASCII characters without spaces, or none for this machine's name.");
        Demand(destination.EnterpriseNumber >= 1, destination.EnterpriseNumber, $"{destination.EnterpriseNumber} is no private enterprise number. Give the one that IANA assigned to you.");
        CheckSeverity(destination.Severity);
        CheckSize(destination);
        Demand(destination.Window is >= 1 and <= MostWindow, destination.Window, $"A window of {destination.Window} messages is not possible. Give 1 to {MostWindow}.");
        Demand(destination.Timeout >= LeastTimeout && destination.Timeout <= MostTimeout, destination.Timeout,
            $"A time limit of {DurationText.Format(destination.Timeout)} is not possible. Give {DurationText.Format(LeastTimeout)} to {DurationText.Format(MostTimeout)}, such as 30s.");
        Demand(!destination.CeeCookie || destination.Format == SyslogFormat.Json, destination.Name, "The cookie @cee: stands before JSON alone. Leave it out, or choose the Json format.");
        Demand(!destination.ByteOrderMark || destination.Header == SyslogHeader.Rfc5424, destination.Name, "RFC 3164 knows no byte order mark. Leave it out, or choose the Rfc5424 header.");
        if (destination.Query is { } query) LuceneQuery.Parse(query);
        CheckTls(destination);
    }

    /// <summary>What is to be said of a filter that no record can pass.</summary>
    public static IEnumerable<string> Doubts(SyslogDestination destination) => SyslogDestinationRegistry.QueryOf(destination, 0).Doubts();

    /// <summary>Checks that the files that a destination names can be read on this machine, by this account.</summary>
    /// <exception cref="JcException">CertificateAuthorityNotRead, InvalidCertificateAuthority or ClientCertificateNotRead.</exception>
    public static void CheckFiles(SyslogDestination destination)
    {
        if (destination.CertificateAuthorityFile is { } file) ServerTrust.Read(file);
        if (destination.ClientCertificateFile is { } certificate && !File.Exists(certificate))
        {
            throw new JcException("ClientCertificateNotRead", JcErrorKind.NotFound,
                $"The client certificate '{certificate}' cannot be read by the account '{Environment.UserName}'. Put it where the account that collects may read it.", certificate);
        }
    }

    /// <summary>A fingerprint as it is compared: hex digits alone, in capitals.</summary>
    /// <exception cref="JcException">InvalidFingerprint.</exception>
    public static string NormalizeFingerprint(string text)
    {
        string digits = text.StartsWith("SHA256:", StringComparison.OrdinalIgnoreCase) ? text.Substring(7) : text;
        digits = digits.Replace(":", "").Replace(" ", "").ToUpperInvariant();
        return digits.Length == 64 && digits.All(c => c is (>= '0' and <= '9') or (>= 'A' and <= 'F')) ? digits
            : throw new JcException("InvalidFingerprint", JcErrorKind.InvalidInput,
                $"'{text}' is no SHA-256 fingerprint. Give the 64 hex digits that 'openssl x509 -noout -fingerprint -sha256' shows, with colons or without.", text);
    }

    private static void CheckName(string name) => Demand(
        !string.IsNullOrWhiteSpace(name) && name.Trim() == name && name.IndexOfAny(['*', '?', '[', ']']) < 0 && name.Length <= LongestName && !name.Any(char.IsControl),
        name, $"The destination name '{name}' is not possible. Give 1 to {LongestName} characters, without wildcards, control characters and a space at either end.");

    private static void CheckHost(string host) => Demand(host.Length <= LongestHostName && Uri.CheckHostName(host) != UriHostNameType.Unknown, host,
        $"'{host}' is no host name or address. Give one such as syslog.example.com, 192.0.2.10 or 2001:db8::10, without a port.");

    private static void CheckSeverity(IReadOnlyDictionary<string, SyslogSeverity> severity)
    {
        foreach (KeyValuePair<string, SyslogSeverity> pair in severity)
        {
            Demand(s_outcomes.Contains(pair.Key, StringComparer.OrdinalIgnoreCase), pair.Key, $"No record has the event_status '{pair.Key}'. There is {string.Join(", ", s_outcomes)}.");
            Demand(pair.Value is >= SyslogSeverity.Emergency and <= SyslogSeverity.Debug, pair.Key, $"'{pair.Value}' is no severity. Give one such as Warning or Informational.");
        }
    }

    private static void CheckSize(SyslogDestination destination)
    {
        int most = destination.Transport == SyslogTransport.Udp ? MostDatagramBytes : MostMessageBytes;
        Demand(destination.MaxMessageBytes == 0 || (destination.MaxMessageBytes >= LeastMessageBytes && destination.MaxMessageBytes <= most), destination.MaxMessageBytes,
            string.Format(CultureInfo.InvariantCulture, "Messages of at most {0} bytes are not possible over {1}. Give {2} to {3}, or 0 for any size.", destination.MaxMessageBytes, destination.Transport, LeastMessageBytes, most));
    }

    private static void CheckTls(SyslogDestination destination)
    {
        Demand(destination.IsTls || (destination.TlsServerName ?? destination.CertificateAuthorityFile ?? destination.CertificateFingerprint
            ?? destination.ClientCertificateFile ?? destination.ClientCertificateThumbprint) is null, destination.Name,
            $"Certificates are for the transports Tls and RelpTls; {destination.Transport} sends in clear. Choose one of those, or leave the certificates out.");
        Demand(destination.ClientCertificateFile is null || destination.ClientCertificateThumbprint is null, destination.Name,
            "A client certificate lies in a file or in the Windows store. Give one of the two.");
        foreach (string? file in new[] { destination.CertificateAuthorityFile, destination.ClientCertificateFile })
        {
            Demand(file is null || Path.IsPathRooted(file), file, $"'{file}' is not a full path, and a scheduled task starts in another folder. Give its full path.");
        }

        if (destination.CertificateFingerprint is { } fingerprint) NormalizeFingerprint(fingerprint);
    }

    private static bool IsPrintable(string text, int longest) => text.Length >= 1 && text.Length <= longest && text.All(c => c is > ' ' and < (char)127);

    private static void Demand(bool holds, object? target, string message)
    {
        if (!holds) throw new JcException("InvalidSyslogDestination", JcErrorKind.InvalidInput, message, target);
    }
}
