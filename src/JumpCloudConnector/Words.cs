using System.Globalization;

namespace JumpCloudConnector;

/// <summary>Puts numbers and names into sentences.</summary>
public static class Words
{
    /// <summary>"1 connector", "2 connectors".</summary>
    public static string Count(long number, string one) => $"{number.ToString(CultureInfo.InvariantCulture)} {one}{(number == 1 ? "" : "s")}";

    /// <summary>"an organization ID", "a provider ID".</summary>
    public static string WithArticle(string thing) => $"{("aeiou".IndexOf(char.ToLowerInvariant(thing[0])) >= 0 ? "an" : "a")} {thing}";
}
