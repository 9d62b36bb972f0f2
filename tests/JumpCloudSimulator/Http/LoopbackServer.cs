using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace JumpCloudSimulator;

/// <summary>
/// Kestrel on one port of 127.0.0.1, without a host around it: no configuration from the environment, no signal
/// handlers, no logging, and started in milliseconds, since tests start hundreds.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly ServiceProvider _provider;

    private LoopbackServer(KestrelServer server, ServiceProvider provider)
    {
        _server = server;
        _provider = provider;
        Uri = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Uri { get; }

    public static async Task<LoopbackServer> StartAsync(int port, RequestDelegate handle, CancellationToken cancellation)
    {
        var provider = new ServiceCollection().BuildServiceProvider();
        var options = new KestrelServerOptions { ApplicationServices = provider, AddServerHeader = false };
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null; // a collector that waits for its disk is no attack
        options.Limits.MaxResponseBufferSize = 1024 * 1024;
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(new Handler(handle), cancellation);
            return new LoopbackServer(server, provider);
        }
        catch
        {
            server.Dispose();
            await provider.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Requests still under way are broken off, not waited for.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _server.StopAsync(now.Token);
        _server.Dispose();
        await _provider.DisposeAsync();
    }

    private sealed class Handler(RequestDelegate handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handle(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
