using System.Management.Automation;
using System.Security;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// An API key as a SecureString; of a PSCredential, its password. Anything else becomes <see cref="Refused"/>: PowerShell's
/// own refusal would quote the key, and an error of a transformation cannot have an id of its own, so the cmdlet writes it
/// (<see cref="ApiKeyArgument.Accept"/>).
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ApiKeyTransformation : ArgumentTransformationAttribute
{
    /// <summary>Stands for an argument that was refused. Known by reference; holds nothing.</summary>
    internal static readonly SecureString Refused = MakeRefused();

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => null,
            SecureString key => key,
            PSCredential credential => credential.Password,
            // The empty cell of a table: no key was given.
            string text when string.IsNullOrWhiteSpace(text) => null,
            _ => Refused,
        };

    private static SecureString MakeRefused()
    {
        var refused = new SecureString();
        refused.MakeReadOnly();
        return refused;
    }
}
