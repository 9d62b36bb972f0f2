using System.Globalization;
using System.Management.Automation;

namespace JumpCloudConnector.Cmdlets;

/// <summary>
/// The base of what turns an argument's text form into its type. PowerShell's own conversion does not do: for an optional
/// parameter that is bound by property name it swallows a failure without a word, and it reads "30" as 30 days, "2.5" as
/// 2 and "1" as the first value of an enumeration.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public abstract class TextTransformation : ArgumentTransformationAttribute
{
    /// <summary>
    /// Whether nothing (null, or the empty cell of a table) means "not given", and becomes null; for parameters whose type
    /// has a null. Otherwise nothing is refused.
    /// </summary>
    public bool BlankIsNull { get; set; }

    /// <inheritdoc/>
    public sealed override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? value = inputData is PSObject wrapped && !IsDeserialized(wrapped) ? Bare(wrapped) : inputData;
        if (value is null || (value is string text && string.IsNullOrWhiteSpace(text)))
        {
            if (BlankIsNull) return null;
            throw Refuse($"Nothing was given. {Expected}");
        }

        return Convert(value);
    }

    /// <summary>
    /// Whether a number is taken as it was typed: to PowerShell a bare 7d is the decimal 7 and, from version 7 on, 30s a
    /// short. Only what stands in a command itself still knows how it was typed.
    /// </summary>
    private protected virtual bool AsTyped => false;

    /// <summary>A sentence that says what may be given, beginning "Give".</summary>
    protected abstract string Expected { get; }

    /// <summary>Turns a value, never null and never blank text, into the parameter's type.</summary>
    protected abstract object? Convert(object value);

    /// <summary>The exception for a value that cannot be used.</summary>
    /// <param name="value">The value.</param>
    /// <param name="meant">What it may be a slip of, or null.</param>
    protected ArgumentTransformationMetadataException RefuseValue(object value, string? meant = null) =>
        Refuse($"'{Show(value)}' cannot be used. {(meant is null ? "" : $"Did you mean {meant}? ")}{Expected}");

    // PowerShell takes an exception with a failed cast in it as "try another way", so it must stand alone.
    private protected static ArgumentTransformationMetadataException Refuse(string message) => new(message);

    /// <summary>The value as text for a message: short, on one line and the same under every culture.</summary>
    private protected static string Show(object value)
    {
        const int most = 60;
        string text = System.Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
        text = string.Join(" ", text.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= most ? text : text.Substring(0, most) + "…";
    }

    private protected static bool IsNumber(object value) =>
        value is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal
            or System.Numerics.BigInteger;

    private object Bare(PSObject wrapped) => wrapped.BaseObject switch
    {
        // What a [pscustomobject] holds is in the wrapper alone.
        PSCustomObject => wrapped,
        { } number when AsTyped && IsNumber(number) => wrapped.ToString(),
        { } value => value,
    };

    // An enumeration that came over remoting is a number with the name as its text; the name must not be lost.
    private static bool IsDeserialized(PSObject value) =>
        value.TypeNames.Count > 0 && value.TypeNames[0].StartsWith("Deserialized.", StringComparison.Ordinal);
}
