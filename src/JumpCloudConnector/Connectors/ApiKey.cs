using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace JumpCloudConnector.Connectors;

/// <summary>Takes an API key or another secret out of a SecureString for the moments it is needed, and wipes what it can.</summary>
public static class ApiKey
{
    // Of a short key four characters would be a good part.
    private const int ShortestWithEnding = 20;

    /// <summary>True of what is shorter than any key of JumpCloud, whose keys have 40 characters and more: most likely it was not copied whole.</summary>
    public static bool IsShort(SecureString key) => key.Length is > 0 and < ShortestWithEnding;

    /// <summary>What may be shown of a key, to tell it from another: its last four characters, and nothing of a short one.</summary>
    internal static string? EndingOf(byte[] key) => key.Length < ShortestWithEnding ? null : Encoding.ASCII.GetString(key, key.Length - 4, 4);

    /// <summary>The key's bytes, for protection at rest.</summary>
    /// <exception cref="JcException">InvalidApiKey when it is empty or has characters that no key has.</exception>
    public static byte[] ToBytes(SecureString key) => Read(
        key, Encoding.ASCII, c => c is > ' ' and < (char)0x7F, "InvalidApiKey",
        "The API key is empty, stands in quotation marks, or has a space, a line break or a character outside ASCII; perhaps more than the key was copied, such as quotation marks or the word Bearer. Copy it again from the Admin Portal (API Settings).", refusesQuotes: true);

    /// <summary>The bytes of a service account's secret, for protection at rest.</summary>
    /// <exception cref="JcException">InvalidServiceAccount when it is empty or has characters that JumpCloud's have not.</exception>
    public static byte[] ToClientSecret(SecureString secret) => Read(
        secret, Encoding.ASCII, c => c is > ' ' and < (char)0x7F, "InvalidServiceAccount",
        "The secret of the service account is empty or has a space, a line break or a character outside ASCII; perhaps more than the secret was copied. Give it as the password of -ServiceAccount; JumpCloud shows it once, and the Admin Portal makes another (Settings, Service Accounts).");

    /// <summary>The bytes of a proxy's password, for protection at rest.</summary>
    /// <exception cref="JcException">InvalidProxy when it is empty or has a control character.</exception>
    public static byte[] ToPassword(SecureString password) => Read(
        password, Encoding.UTF8, c => !char.IsControl(c), "InvalidProxy",
        "The password of the proxy is empty or has a control character; perhaps a line break was copied with it. Give it as the password of -ProxyCredential.");

    /// <summary>The bytes of a certificate's password, for protection at rest.</summary>
    /// <exception cref="JcException">InvalidSyslogDestination when it is empty or has a control character.</exception>
    internal static byte[] ToCertificatePassword(SecureString password) => Read(
        password, Encoding.UTF8, c => !char.IsControl(c), "InvalidSyslogDestination",
        "The password of the client certificate is empty or has a control character; perhaps a line break was copied with it. Give it with -ClientCertificatePassword.");

    private static byte[] Read(SecureString secret, Encoding encoding, Func<char, bool> isValid, string errorId, string refusal, bool refusesQuotes = false)
    {
        char[] characters = new char[secret.Length];
        IntPtr text = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Marshal.Copy(text, characters, 0, characters.Length);
            bool valid = characters.Length > 0;
            foreach (char character in characters) valid &= isValid(character);
            // Around a key they come from a script or a file; within it they may be its own.
            if (refusesQuotes && characters.Length > 0 && (characters[0] is '"' or '\'')) valid &= characters[characters.Length - 1] != characters[0];
            return valid ? encoding.GetBytes(characters) : throw new JcException(errorId, JcErrorKind.InvalidInput, refusal);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
            Array.Clear(characters, 0, characters.Length);
        }
    }
}
