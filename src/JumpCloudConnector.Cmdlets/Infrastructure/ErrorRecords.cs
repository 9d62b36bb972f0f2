using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>Makes every error record of the module. Ids and categories are public: scripts test for them.</summary>
public static class ErrorRecords
{
    /// <summary>The id of an error that nothing else describes: a fault of the module.</summary>
    public const string UnexpectedErrorId = "UnexpectedError";

    /// <summary>The id of an error that says that an API key was given as plain text.</summary>
    public const string PlainTextApiKeyId = "PlainTextApiKey";

    /// <summary>The id of an error that says that a user's secret was given as plain text.</summary>
    public const string PlainTextSecretId = "PlainTextSecret";

    /// <summary>The id of an error that says that work was canceled from inside: by a time limit, not by the user.</summary>
    public const string CanceledId = "Canceled";

    /// <summary>The id of an error that says that a store path is empty or is not a path of the file system.</summary>
    public const string InvalidStorePathId = "InvalidStorePath";

    /// <summary>Turns an exception into an error record.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="target">What it happened to, unless the exception says so itself.</param>
    public static ErrorRecord From(Exception exception, object? target = null)
    {
        exception = Unwrap(exception);
        return exception switch
        {
            IContainsErrorRecord { ErrorRecord: not null } known => new ErrorRecord(known.ErrorRecord, exception),
            JcException fault => new ErrorRecord(fault, fault.ErrorId, CategoryOf(fault.Kind), fault.Target ?? target),
            OperationCanceledException => new ErrorRecord(exception, CanceledId, ErrorCategory.OperationStopped, target),
            _ => new ErrorRecord(exception, UnexpectedErrorId, ErrorCategory.NotSpecified, target),
        };
    }

    /// <summary>
    /// Whether nothing can go on after an error: the store is out of reach for every further input too, or the module
    /// itself is at fault. Any other error concerns one input.
    /// </summary>
    public static bool EndsCommand(Exception exception) =>
        Unwrap(exception) is not JcException { Kind: not (JcErrorKind.AccessDenied or JcErrorKind.StoreFault) };

    /// <summary>The error for an API key that was given as plain text. Holds nothing of the text.</summary>
    public static ErrorRecord PlainTextApiKey(string parameterName) => new(
        new ArgumentException(
            $"-{parameterName} takes a SecureString, not plain text, which would be left in the command history and in logs. Use (Read-Host -AsSecureString), or a PSCredential whose password is the key. The text given was not used; if it was a real key, replace it in JumpCloud."),
        PlainTextApiKeyId,
        ErrorCategory.InvalidArgument,
        parameterName);

    /// <summary>The error for a secret that was given as plain text. Holds nothing of it.</summary>
    /// <param name="parameterName">The parameter.</param>
    /// <param name="takes">What it takes.</param>
    public static ErrorRecord PlainTextSecret(string parameterName, string takes = "a PSCredential, from Get-Credential or a vault") => new(
        new ArgumentException(
            $"-{parameterName} takes {takes}, not plain text, which would be left in the command history and in logs. What was given was not used; if it was a real secret, replace it."),
        PlainTextSecretId,
        ErrorCategory.InvalidArgument,
        parameterName);

    /// <summary>The exception for a store path that was given and is empty.</summary>
    public static JcException EmptyStorePath() => new(
        InvalidStorePathId,
        JcErrorKind.InvalidInput,
        "-StorePath is empty. Give the path of the store's folder, or leave -StorePath out for the machine's own store.");

    /// <summary>The exception for a store path that is not a path of the file system.</summary>
    public static JcException InvalidStorePath(string path, Exception? inner) => new(
        InvalidStorePathId,
        JcErrorKind.InvalidInput,
        $"The store path '{path}' is not a folder of the file system. Give the path of a folder, such as C:\\ProgramData\\JumpCloudConnector.",
        path,
        inner);

    private static ErrorCategory CategoryOf(JcErrorKind kind) => kind switch
    {
        JcErrorKind.InvalidInput => ErrorCategory.InvalidArgument,
        JcErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        JcErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        JcErrorKind.AccessDenied => ErrorCategory.PermissionDenied,
        JcErrorKind.StoreFault => ErrorCategory.ResourceUnavailable,
        JcErrorKind.Leased => ErrorCategory.ResourceBusy,
        JcErrorKind.Authentication => ErrorCategory.AuthenticationError,
        JcErrorKind.Permission => ErrorCategory.SecurityError,
        JcErrorKind.Remote => ErrorCategory.ProtocolError,
        JcErrorKind.Network => ErrorCategory.ConnectionError,
        _ => ErrorCategory.NotSpecified,
    };

    private static Exception Unwrap(Exception exception)
    {
        while (exception is AggregateException { InnerExceptions.Count: 1 } or System.Reflection.TargetInvocationException { InnerException: not null })
            exception = exception.InnerException!;
        return exception;
    }
}
