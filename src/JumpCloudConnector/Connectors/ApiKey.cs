using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace JumpCloudConnector.Connectors;

/// <summary>Takes an API key out of a SecureString for the moments it is needed, and wipes what it can.</summary>
public static class ApiKey
{
    // Of a short key four characters would be a good part.
    private const int ShortestWithEnding = 20;

    /// <summary>What may be shown of a key, to tell it from another: its last four characters, and nothing of a short one.</summary>
    internal static string? EndingOf(byte[] key) => key.Length < ShortestWithEnding ? null : Encoding.ASCII.GetString(key, key.Length - 4, 4);

    /// <summary>The key's bytes, for protection at rest.</summary>
    /// <exception cref="JcException">InvalidApiKey when it is empty or has characters that no HTTP header may carry.</exception>
    public static byte[] ToBytes(SecureString key)
    {
        char[] characters = new char[key.Length];
        IntPtr text = Marshal.SecureStringToGlobalAllocUnicode(key);
        try
        {
            Marshal.Copy(text, characters, 0, characters.Length);
            bool valid = characters.Length > 0;
            foreach (char character in characters) valid &= character is > ' ' and < (char)0x7F;
            if (!valid)
            {
                throw new JcException("InvalidApiKey", JcErrorKind.InvalidInput,
                    "The API key is empty or has a space, a line break or a character outside ASCII; perhaps more than the key was copied. Copy it again from the Admin Portal (API Settings).");
            }

            return Encoding.ASCII.GetBytes(characters);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(text);
            Array.Clear(characters, 0, characters.Length);
        }
    }
}
