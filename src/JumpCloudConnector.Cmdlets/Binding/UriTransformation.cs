namespace JumpCloudConnector.Cmdlets;

/// <summary>An absolute http or https address.</summary>
public sealed class UriTransformation : TextTransformation
{
    /// <inheritdoc/>
    protected override string Expected => "Give an absolute address, such as https://api.jumpcloud.com/.";

    /// <inheritdoc/>
    protected override object Convert(object value)
    {
        Uri? uri = value as Uri ?? (value is string text && Uri.TryCreate(text.Trim(), UriKind.Absolute, out Uri? parsed) ? parsed : null);
        // On Linux a path such as /api is an absolute (file) address.
        // What has an @ may have a password before it, and is not repeated.
        if (uri is null && value is string secret && secret.IndexOf('@') >= 0) throw Refuse($"The address cannot be used. {Expected}");
        if (uri is null || !uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)) throw RefuseValue(value);
        return uri;
    }
}
