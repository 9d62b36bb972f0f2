using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace JumpCloudConnector.Tests.Support.Receivers;

/// <summary>
/// A port of loopback that stays one receiver's own while nothing listens on it. It is none of those that the system gives to
/// outgoing connections, and no other test, of this process or another, gets it until it is given back.
/// </summary>
internal sealed class LoopbackPort : IDisposable
{
    private const int First = 15000, Count = 12000;

    private readonly FileStream _claim;

    private LoopbackPort(int number, FileStream claim) => (Number, _claim) = (number, claim);

    public int Number { get; }

    public static LoopbackPort Reserve()
    {
        string folder = Path.Combine(Path.GetTempPath(), "jc-test-ports-" + Environment.UserName);
        Directory.CreateDirectory(folder);
        int start = Random.Shared.Next(Count);
        for (int i = 0; i < Count; i++)
        {
            int number = First + ((start + i) % Count);
            try
            {
                FileStream claim = new(
                    Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                    FileOptions.DeleteOnClose);
                if (IsFree(number)) return new LoopbackPort(number, claim);
                claim.Dispose();
            }
            catch (IOException)
            {
                // Another test's.
            }
        }

        throw new InvalidOperationException("No port of loopback is free.");
    }

    /// <summary>Whether somebody listens there, without a connection that the listener would notice.</summary>
    public static bool IsTaken(int number, bool udp)
    {
        IPGlobalProperties properties = IPGlobalProperties.GetIPGlobalProperties();
        return (udp ? properties.GetActiveUdpListeners() : properties.GetActiveTcpListeners()).Any(e => e.Port == number);
    }

    public void Dispose() => _claim.Dispose();

    private static bool IsFree(int number)
    {
        try
        {
            using Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(new IPEndPoint(IPAddress.Loopback, number));
            udp.Bind(new IPEndPoint(IPAddress.Loopback, number));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
