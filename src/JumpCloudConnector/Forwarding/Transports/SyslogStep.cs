namespace JumpCloudConnector.Forwarding;

/// <summary>How far a message got on its way to a receiver.</summary>
public enum SyslogStep
{
    /// <summary>The receiver's name has an address.</summary>
    Resolved = 1,

    /// <summary>It takes connections. Over Udp there is none, and this says that a way leads there.</summary>
    Connected,

    /// <summary>Its certificate is right, and it has accepted this side's.</summary>
    Secured,

    /// <summary>It has taken the message: written to the connection, or for Udp, sent off.</summary>
    Accepted,

    /// <summary>It has confirmed it: by RELP's acknowledgement, or by reading to the end of the stream. Never over Udp.</summary>
    Acknowledged,
}
