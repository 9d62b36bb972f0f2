namespace JumpCloudConnector.Records;

/// <summary>Forms by number, from 1 on. It only grows; whoever has a number can read its form while others are added.</summary>
internal sealed class JsonFormTable
{
    private JsonForm?[] _forms = new JsonForm?[64];

    /// <summary>How many numbers are given, with 0, which is no form's.</summary>
    public int Count { get; private set; } = 1;

    public JsonForm this[int number] => _forms[number]!;

    /// <summary>Gives a form its number.</summary>
    public void Add(JsonForm form)
    {
        if (Count == _forms.Length)
        {
            // Those who read meanwhile have the old array, with all that they know numbers of.
            JsonForm?[] more = new JsonForm?[Count * 2];
            Array.Copy(_forms, more, Count);
            _forms = more;
        }

        form.Number = Count;
        _forms[Count++] = form;
    }
}
