namespace JumpCloudConnector;

/// <summary>What sort of fault a <see cref="JcException"/> reports; cmdlets turn it into an error category.</summary>
public enum JcErrorKind
{
    /// <summary>A parameter or a file's content is not acceptable.</summary>
    InvalidInput = 1,

    /// <summary>The named thing does not exist.</summary>
    NotFound,

    /// <summary>A thing of that name exists already.</summary>
    AlreadyExists,

    /// <summary>The account in use may not read or write what it needs.</summary>
    AccessDenied,

    /// <summary>The store is locked, full, damaged or of a newer version.</summary>
    StoreFault,

    /// <summary>Another process holds the stream.</summary>
    Leased,

    /// <summary>JumpCloud refuses the credentials.</summary>
    Authentication,

    /// <summary>JumpCloud knows the credentials, but they may not do this, or the licence is missing.</summary>
    Permission,

    /// <summary>JumpCloud, or something between, gave an answer that is an error.</summary>
    Remote,

    /// <summary>No answer: name resolution, connection, TLS or time limit.</summary>
    Network,
}

/// <summary>
/// An error for the administrator: what happened, to what, and what to do. <see cref="ErrorId"/> is stable and public;
/// no secret is ever part of a message.
/// </summary>
public class JcException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="errorId">The stable id that scripts test for.</param>
    /// <param name="kind">The sort of fault.</param>
    /// <param name="message">What happened, to what, and what to do.</param>
    /// <param name="target">The thing it happened to: a name, a path, an address.</param>
    /// <param name="inner">The cause.</param>
    public JcException(string errorId, JcErrorKind kind, string message, object? target = null, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        Kind = kind;
        Target = target;
    }

    /// <summary>A fault of this module, as an error that can be told.</summary>
    internal static JcException Unexpected(Exception e) => e as JcException ?? new JcException(
        "UnexpectedError", JcErrorKind.StoreFault, $"A fault of this module: {e.GetType().Name}: {e.Message} Please report it.", null, e);

    /// <summary>The stable id that scripts test for, such as <c>ConnectorNotFound</c>.</summary>
    public string ErrorId { get; }

    /// <summary>The sort of fault.</summary>
    public JcErrorKind Kind { get; }

    /// <summary>The thing it happened to: a name, a path, an address.</summary>
    public object? Target { get; }
}
