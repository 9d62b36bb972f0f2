using System.Collections;
using System.Management.Automation;
using System.Security;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// A user with a secret, as a PSCredential. Anything else becomes <see cref="Refused"/>, for the reasons of
/// <see cref="ApiKeyTransformation"/>: somebody may have given the secret as plain text. Nothing is asked for.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class CredentialTransformation : ArgumentTransformationAttribute
{
    /// <summary>Stands for an argument that was refused. Known by reference; holds nothing.</summary>
    internal static readonly PSCredential Refused = MakeRefused();

    /// <summary>True where the parameter takes several.</summary>
    public bool IsList { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (!IsList) return One(value);
        return value is IEnumerable several and not string
            ? several.Cast<object?>().Select(i => One(i is PSObject item ? item.BaseObject : i)).Where(c => c is not null).ToArray()
            : One(value) is { } one ? new[] { one } : null;
    }

    private static PSCredential? One(object? value) => value switch
    {
        null => null,
        PSCredential credential => credential,
        // The empty cell of a table: none was given.
        string text when string.IsNullOrWhiteSpace(text) => null,
        _ => Refused,
    };

    private static PSCredential MakeRefused()
    {
        var nothing = new SecureString();
        nothing.MakeReadOnly();
        return new PSCredential("refused", nothing);
    }
}
