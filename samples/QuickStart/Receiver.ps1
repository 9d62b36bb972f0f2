# Syslog receivers on loopback: rsyslog where this machine has it, otherwise a small listener. Needs nothing but the engine.
[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Scope = 'Function', Target = '*', Justification = 'Helpers of samples and tests.')]
param()

function Start-SyslogReceiver {
    # The best that there is here: rsyslog over RELP, rsyslog over TCP, or the listener. Name says which.
    $program = Find-Rsyslog
    if ($program) {
        $receiver = Start-Rsyslog -Program $program -Folder (Get-RsyslogModuleFolder)
        if ($receiver) {
            return $receiver
        }
    }

    Start-SyslogListener
}

function Find-Rsyslog {
    # Administrators' programs may not be on the path.
    $folders = @("$env:PATH".Split([System.IO.Path]::PathSeparator)) + '/usr/sbin' + '/usr/local/sbin'
    foreach ($folder in $folders) {
        $path = [System.IO.Path]::Combine($folder, 'rsyslogd')
        if ($folder -and [System.IO.File]::Exists($path)) {
            return $path
        }
    }
}

function Get-RsyslogModuleFolder {
    $roots = @('/usr/lib', '/usr/lib64', '/usr/local/lib').Where({ [System.IO.Directory]::Exists($_) })
    foreach ($folder in $roots + @($roots | ForEach-Object { [System.IO.Directory]::GetDirectories($_) })) {
        if ([System.IO.File]::Exists([System.IO.Path]::Combine($folder, 'rsyslog', 'imtcp.so'))) {
            return [System.IO.Path]::Combine($folder, 'rsyslog')
        }
    }
}

function Get-FreePort {
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

function Start-Rsyslog {
    # rsyslog with a configuration and a folder of its own; it writes the text of each message as a line, before it confirms
    # it. With -Configuration that one, whose input listens at -Port.
    param([string] $Program, [string] $Folder, [string] $Configuration, [int] $Port = (Get-FreePort), [string] $Work)

    $relp = "$Folder" -and [System.IO.File]::Exists([System.IO.Path]::Combine($Folder, 'imrelp.so'))
    $module, $transport, $limit = if ($relp) { 'imrelp', 'Relp', 'maxDataSize="128k"' } else { 'imtcp', 'Tcp', '' }
    if (-not $Work) {
        $Work = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "jcc-rsyslog-$([guid]::NewGuid().ToString('N'))")
        [void] [System.IO.Directory]::CreateDirectory($Work)
    }

    if (-not $Configuration) {
        $Configuration = @"
global(workDirectory="$Work" maxMessageSize="128k")
module(load="$module")
template(name="text" type="string" string="%msg%\n")
ruleset(name="received" queue.type="Direct") {
    action(type="omfile" file="$Work/received" template="text")
}
input(type="$module" address="127.0.0.1" port="$Port" $limit ruleset="received")
"@
    }

    $file = [System.IO.Path]::Combine($Work, 'rsyslog.conf')
    [System.IO.File]::WriteAllText($file, $Configuration.Replace("`r`n", "`n") + "`n")
    $start = [System.Diagnostics.ProcessStartInfo]::new($Program, "-n -f $file -i $Work/pid")
    Start-ReceiverProcess -Start $start -Port $Port -Work $Work -Name "rsyslog over $($transport.ToUpperInvariant())" -Transport $transport
}

function Start-ReceiverProcess {
    # The receiver when it listens; nothing where it does not within ten seconds.
    param([System.Diagnostics.ProcessStartInfo] $Start, [int] $Port, [string] $Work, [string] $Name, [string] $Transport)

    $Start.UseShellExecute = $false
    # What it says of itself is for nobody here.
    $Start.RedirectStandardError = $true
    $Start.RedirectStandardOutput = $true
    $process = [System.Diagnostics.Process]::Start($Start)
    $process.BeginErrorReadLine()
    $process.BeginOutputReadLine()
    $receiver = [pscustomobject] @{
        Name = $Name; Transport = $Transport; Port = $Port; Process = $process; Folder = $Work; Shell = $null; Listener = $null; Messages = $null
    }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not $process.HasExited -and $clock.Elapsed.TotalSeconds -lt 10) {
        # Asked of the system, since a connection would be noticed.
        $taken = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners()
        if (@($taken | Where-Object { $_.Port -eq $Port }).Count -gt 0) {
            return $receiver
        }

        [System.Threading.Thread]::Sleep(20)
    }

    Stop-SyslogReceiver -Receiver $receiver
}

function Start-SyslogListener {
    # Takes octet-counted messages over TCP. Each connection is read to its end and then closed, which confirms what it brought.
    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $messages = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
    $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
    [void] $shell.AddScript({
            param($Listener, $Messages)

            while ($true) {
                $client = $Listener.AcceptTcpClient()
                try {
                    $memory = [System.IO.MemoryStream]::new()
                    $client.GetStream().CopyTo($memory)
                    $bytes = $memory.ToArray()
                    for ($at = 0; $at -lt $bytes.Length; $at = $space + 1 + $length) {
                        $space = [System.Array]::IndexOf($bytes, [byte] 32, $at)
                        $length = [int] [System.Text.Encoding]::ASCII.GetString($bytes, $at, $space - $at)
                        $Messages.Enqueue([System.Text.Encoding]::UTF8.GetString($bytes, $space + 1, $length))
                    }
                }
                catch {
                    # It broke, or sent something else: the next one may be right.
                    [void] $_
                }
                finally {
                    $client.Dispose()
                }
            }
        }).AddArgument($listener).AddArgument($messages)
    [void] $shell.BeginInvoke()
    [pscustomobject] @{
        Name = 'a small listener of this sample over TCP'; Transport = 'Tcp'; Port = $listener.LocalEndpoint.Port
        Process = $null; Folder = $null; Shell = $shell; Listener = $listener; Messages = $messages
    }
}

function Get-ReceivedText {
    # The texts of the messages that have arrived, in order: what stands behind the header.
    param($Receiver)

    if ($Receiver.Messages) {
        # Of this module's header only the values of the structured data may have a bracket, and they have it escaped.
        return @($Receiver.Messages.ToArray() | ForEach-Object { [regex]::Replace($_, '^<\d+>1 (\S+ ){5}(\[([^\]\\]|\\.)*\])+ ', '') })
    }

    $file = [System.IO.Path]::Combine($Receiver.Folder, 'received')
    if ([System.IO.File]::Exists($file)) {
        [System.IO.File]::ReadAllLines($file)
    }
}

function Stop-SyslogReceiver {
    param($Receiver)

    if ($Receiver.Process) {
        if (-not $Receiver.Process.HasExited) {
            $Receiver.Process.Kill()
        }

        $Receiver.Process.WaitForExit()
        $Receiver.Process.Dispose()
        [System.IO.Directory]::Delete($Receiver.Folder, $true)
    }

    if ($Receiver.Listener) {
        # Ends the wait for a connection, and with it the script.
        $Receiver.Listener.Stop()
        $Receiver.Shell.Dispose()
    }
}
