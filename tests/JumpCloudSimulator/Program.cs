using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using JumpCloudSimulator;

CommandLine line;
try
{
    line = CommandLine.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

if (line.ShowHelp)
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}

var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

await using var simulator = await Simulator.StartAsync(line.Options);
if (line.PrewarmLimit is { } limit)
{
    await simulator.PrewarmAsync(limit);
}

using (var ready = new MemoryStream())
{
    using (var writer = new Utf8JsonWriter(ready, EventRenderer.WriterOptions))
    {
        ControlHost.WriteReady(simulator, writer);
    }

    Console.WriteLine(Encoding.UTF8.GetString(ready.ToArray()));
}

if (line.UntilStdinCloses)
{
    _ = Task.Run(async () =>
    {
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        stop.TrySetResult();
    });
}

await stop.Task;
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.TrySetResult();
}
