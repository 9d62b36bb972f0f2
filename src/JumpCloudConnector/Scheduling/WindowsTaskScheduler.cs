using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security;

namespace JumpCloudConnector.Scheduling;

/// <summary>
/// Tasks in the Windows Task Scheduler, through its COM interface (Schedule.Service): schtasks.exe would show a password on
/// its command line.
/// </summary>
public sealed class WindowsTaskScheduler : ICollectionScheduler
{
    private const string Folder = @"\JumpCloudConnector";
    private const int CreateTask = 2, CreateOrUpdate = 6, LogonPassword = 1, LogonServiceAccount = 5;

    /// <inheritdoc/>
    public string Describe(CollectionTask task) => Definition(task).ToString();

    /// <inheritdoc/>
    public CollectionTaskInfo Register(CollectionTask task, SecureString? password, bool replace)
    {
        if (!replace && Find().Any(t => string.Equals(t.Name, task.Name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new JcException("TaskExists", JcErrorKind.AlreadyExists,
                $"There is a task '{task.Name}' already in {Folder}. Choose another -Name, or replace it with -Force.", task.Name);
        }

        bool system = WindowsTaskDefinition.IsSystem(task.Account);
        Guard(service =>
        {
            object root = Call(service, "GetFolder", @"\");
            try
            {
                Call(root, "CreateFolder", Folder, null);
            }
            catch (COMException)
            {
                // It is there already; where it could not be made, what follows says so.
            }

            IntPtr text = password is null ? IntPtr.Zero : Marshal.SecureStringToBSTR(password);
            try
            {
                // The declaration's encoding is that of a file; the interface takes the text.
                Call(
                    Call(service, "GetFolder", Folder), "RegisterTask", task.Name, Definition(task).ToString(), replace ? CreateOrUpdate : CreateTask,
                    system ? null : task.Account, text == IntPtr.Zero ? null : Marshal.PtrToStringBSTR(text), system ? LogonServiceAccount : LogonPassword, null);
            }
            finally
            {
                if (text != IntPtr.Zero) Marshal.ZeroFreeBSTR(text);
            }

            return 0;
        });
        return Find().First(t => string.Equals(t.Name, task.Name, StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public IReadOnlyList<CollectionTaskInfo> Find() => Guard(service =>
    {
        List<CollectionTaskInfo> tasks = [];
        object folder;
        try
        {
            folder = Call(service, "GetFolder", Folder);
        }
        catch (Exception e) when (e is COMException or FileNotFoundException or DirectoryNotFoundException)
        {
            return tasks;
        }

        object all = Call(folder, "GetTasks", 1);
        int count = Convert.ToInt32(Get(all, "Count"), CultureInfo.InvariantCulture);
        for (int i = 1; i <= count; i++)
        {
            object task = Get(all, "Item", i);
            object definition = Get(task, "Definition");
            object actions = Get(definition, "Actions");
            object action = Get(actions, "Item", 1);
            tasks.Add(new CollectionTaskInfo
            {
                Name = (string)Get(task, "Name"),
                Scheduler = "WindowsTaskScheduler",
                State = Convert.ToInt32(Get(task, "State"), CultureInfo.InvariantCulture) switch { 1 => "Disabled", 2 => "Queued", 3 => "Ready", 4 => "Running", _ => "Unknown" },
                Account = Get(Get(definition, "Principal"), "UserId") as string,
                Command = $"{Get(action, "Path")} {Get(action, "Arguments")}",
                LastRun = Time(Get(task, "LastRunTime")),
                LastResult = Time(Get(task, "LastRunTime")) is null ? null : Convert.ToInt32(Get(task, "LastTaskResult"), CultureInfo.InvariantCulture),
                NextRun = Time(Get(task, "NextRunTime")),
            });
        }

        return tasks;
    });

    /// <inheritdoc/>
    public void Unregister(string name) => Guard(service => Call(Call(service, "GetFolder", Folder), "DeleteTask", name, 0));

    private static System.Xml.Linq.XElement Definition(CollectionTask task) =>
        WindowsTaskDefinition.Create(task, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified)).Root!;

    // Of a task that never ran, the scheduler gives the last days of 1899.
    private static DateTimeOffset? Time(object value) => value is DateTime { Year: > 2000 } time ? new DateTimeOffset(time) : null;

    private static T Guard<T>(Func<object, T> action)
    {
        try
        {
#pragma warning disable CA1416 // Called on Windows alone.
            Type type = Type.GetTypeFromProgID("Schedule.Service", throwOnError: true)!;
#pragma warning restore CA1416
            object service = Activator.CreateInstance(type)!;
            _ = Call(service, "Connect");
            return action(service);
        }
        catch (Exception e) when (Cause(e) is COMException or UnauthorizedAccessException or PlatformNotSupportedException or IOException)
        {
            throw new JcException("SchedulerFailed", Cause(e) is UnauthorizedAccessException ? JcErrorKind.AccessDenied : JcErrorKind.InvalidInput,
                $"The Windows Task Scheduler refused: {Cause(e).Message.Trim()} Run PowerShell as Administrator, and check the account and its password.", null, e);
        }
    }

    private static Exception Cause(Exception e) => e is TargetInvocationException { InnerException: { } inner } ? inner : e;

    private static object Call(object target, string method, params object?[] arguments)
    {
        try
        {
            return target.GetType().InvokeMember(method, BindingFlags.InvokeMethod, null, target, arguments, CultureInfo.InvariantCulture)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is COMException or IOException)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e.InnerException).Throw();
            throw;
        }
    }

    private static object Get(object target, string property, params object[] index) =>
        target.GetType().InvokeMember(property, BindingFlags.GetProperty, null, target, index, CultureInfo.InvariantCulture)!;
}
