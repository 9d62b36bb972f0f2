namespace JumpCloudSimulator;

/// <summary>Names that people, machines and applications have in every simulated organization.</summary>
internal static class Names
{
    /// <summary>First and last names as displayed and as they stand in a user name. The first few are fixed, for tests to look for.</summary>
    private static readonly (string Shown, string Ascii)[] s_first =
    [
        ("Jane", "jane"), ("John", "john"), ("Alice", "alice"), ("Bob", "bob"), ("Zoë", "zoe"), ("José", "jose"), ("Søren", "soren"),
        ("Mei", "mei"), ("Priya", "priya"), ("Omar", "omar"), ("Łukasz", "lukasz"), ("Chloé", "chloe"), ("Dmitri", "dmitri"),
        ("Fatima", "fatima"), ("Grace", "grace"), ("Hiro", "hiro"), ("Ines", "ines"), ("Jürgen", "juergen"), ("Kofi", "kofi"),
        ("Lena", "lena"), ("Marta", "marta"), ("Nils", "nils"), ("Olga", "olga"), ("Pavel", "pavel"), ("Quinn", "quinn"),
    ];

    private static readonly (string Shown, string Ascii)[] s_last =
    [
        ("Doe", "doe"), ("Smith", "smith"), ("Müller", "mueller"), ("García", "garcia"), ("Kjær", "kjaer"), ("Nguyễn", "nguyen"),
        ("O'Brien", "obrien"), ("Sato 佐藤", "sato"), ("Kowalski", "kowalski"), ("Dubois", "dubois"), ("Ivanova Иванова", "ivanova"),
        ("Haddad حداد", "haddad"), ("van den Berg", "vandenberg"), ("Okafor", "okafor"), ("Patel", "patel"), ("Lindström", "lindstrom"),
        ("Costa", "costa"), ("Brown", "brown"), ("Li 李", "li"), ("Šimić", "simic"), ("Taylor", "taylor"), ("Weiß", "weiss"), ("Young", "young"),
    ];

    public static readonly string[] Applications =
    [
        "zoom", "slack", "github", "aws", "salesforce", "zendesk", "atlassian", "dropbox", "datadog", "googleworkspace", "notion",
        "figma", "workday", "servicenow", "tableau", "asana", "box", "pagerduty", "snowflake", "concur",
    ];

    public static readonly string[] Software =
    [
        "Google Chrome", "Microsoft Edge", "Mozilla Firefox", "Slack", "Zoom Workplace", "Microsoft Visual C++ 2015-2022 Redistributable (x64)",
        "Python 3.12.3 (64-bit)", "Git", "Docker Desktop", "Node.js", "7-Zip 24.08 (x64)", "Notepad++ (64-bit x64)", "JumpCloud Agent",
        "1Password", "Adobe Acrobat (64-bit)", "VLC media player", "PowerShell 7-x64", "libssl3", "Éditeur de texte", "微信",
    ];

    public static readonly string[] Groups = ["Everyone", "Engineering", "Finance", "Sales EMEA", "IT Admins", "Contractors", "HR & Payroll", "Zürich Büro", "\"Quoted\" group", "R&D <beta>"];

    public static (string Username, string First, string Last) Person(int number)
    {
        // Every first name with the first last name, then with the next: jane.doe, john.doe, alice.doe and so on.
        var first = s_first[number % s_first.Length];
        var last = s_last[number / s_first.Length % s_last.Length];
        var round = number / (s_first.Length * s_last.Length);
        var username = $"{first.Ascii}.{last.Ascii}";
        return (round == 0 ? username : $"{username}{round + 1}", first.Shown, last.Shown);
    }
}
