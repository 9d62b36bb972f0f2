using System.Net;
using System.Net.Sockets;

namespace JumpCloudConnector.Filters;

/// <summary>A network such as 10.0.0.0/8. An IPv4 address mapped into IPv6 counts as IPv4.</summary>
internal sealed class SubnetRange
{
    private readonly byte[] _prefix;
    private readonly int _length;

    private SubnetRange(byte[] prefix, int length)
    {
        _prefix = prefix;
        _length = length;
    }

    /// <summary>Reads an address with a prefix length; without one it is that address alone.</summary>
    public static bool TryParse(string text, out SubnetRange? range)
    {
        range = null;
        int slash = text.IndexOf('/');
        string address = slash < 0 ? text : text.Substring(0, slash);
        if (!TryParseAddress(address, out byte[] bytes)) return false;
        int length = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text.Substring(slash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out length) || length > bytes.Length * 8))
            return false;
        range = new SubnetRange(bytes, length);
        return true;
    }

    /// <summary>True when the text is an address of the network.</summary>
    public bool Contains(ReadOnlySpan<char> text)
    {
        // Most addresses by far are IPv4, and are asked for once per condition and record.
        if (TryParseQuad(text, out uint address)) return _prefix.Length == 4 && (_length == 0 || (address ^ Quad) >> (32 - _length) == 0);
        if (!TryParseAddress(text.ToString(), out byte[] bytes) || bytes.Length != _prefix.Length) return false;
        int whole = _length / 8;
        for (int i = 0; i < whole; i++)
            if (bytes[i] != _prefix[i]) return false;
        int rest = _length % 8;
        return rest == 0 || (bytes[whole] ^ _prefix[whole]) >> (8 - rest) == 0;
    }

    private uint Quad => ((uint)_prefix[0] << 24) | ((uint)_prefix[1] << 16) | ((uint)_prefix[2] << 8) | _prefix[3];

    /// <summary>Reads an IPv4 address, with or without leading zeros.</summary>
    internal static bool TryParseQuad(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        int dots = 0, digits = 0, part = 0;
        foreach (char character in text)
        {
            if (character is >= '0' and <= '9' && digits < 3)
            {
                part = (part * 10) + (character - '0');
                digits++;
            }
            else if (character == '.' && digits > 0 && part < 256 && dots < 3)
            {
                address = (address << 8) | (uint)part;
                dots++;
                digits = part = 0;
            }
            else
            {
                return false;
            }
        }

        address = (address << 8) | (uint)part;
        return dots == 3 && digits > 0 && part < 256;
    }

    /// <summary>Reads an address of either kind; an IPv4 address mapped into IPv6 gives four bytes.</summary>
    internal static bool TryParseAddress(string text, out byte[] bytes)
    {
        bytes = [];
        // IPAddress takes "10" for 0.0.0.10; here an address has dots or colons.
        if (text.IndexOf('.') < 0 && text.IndexOf(':') < 0) return false;

        // IPAddress reads 010 as octal; what writes such addresses means ten.
        if (TryParseQuad(text.AsSpan(), out uint quad))
        {
            bytes = [(byte)(quad >> 24), (byte)(quad >> 16), (byte)(quad >> 8), (byte)quad];
            return true;
        }

        if (!IPAddress.TryParse(text, out IPAddress? address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetwork && text.Split('.').Length != 4) return false;
        bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return true;
    }
}
