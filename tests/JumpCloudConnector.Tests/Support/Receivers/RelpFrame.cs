using System.Globalization;
using System.Text;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>A frame of RELP: transaction number, command, data.</summary>
internal sealed record RelpFrame(int Number, string Command, byte[] Data)
{
    public RelpFrame(int number, string command, string text)
        : this(number, command, Encoding.UTF8.GetBytes(text))
    {
    }

    public string Text => Encoding.UTF8.GetString(Data);

    public byte[] ToBytes()
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"{Number} {Command} {Data.Length}");
        return [.. Encoding.ASCII.GetBytes(Data.Length == 0 ? head : head + " "), .. Data, (byte)'\n'];
    }
}
