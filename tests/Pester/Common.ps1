# What the acceptance tests share: a simulated JumpCloud in a process of its own, a store for each file of tests, and syslog
# receivers.
. ([System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'samples', 'QuickStart', 'Receiver.ps1'))

function Get-SimulatorProgram {
    # The newest build of the simulator; nothing where there is none.
    $root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', 'JumpCloudSimulator', 'bin'))
    Get-ChildItem -Path $root -Recurse -Filter 'JumpCloudSimulator.dll' -ErrorAction SilentlyContinue |
        Where-Object { $_.Directory.Name -eq 'net10.0' } | Sort-Object -Property LastWriteTime -Descending | Select-Object -First 1
}

function Start-Simulator {
    # The simulator that 'dotnet build' made, with further arguments of its command line.
    param([string[]] $Argument = @())

    $program = Get-SimulatorProgram
    if (-not $program) {
        throw "The simulator is not built. Run 'dotnet build' first."
    }

    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet')
    $start.Arguments = (@('"{0}"' -f $program.FullName) + $Argument + '--until-stdin-closes') -join ' '
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.UseShellExecute = $false
    $process = [System.Diagnostics.Process]::Start($start)
    $ready = $process.StandardOutput.ReadLine() | ConvertFrom-Json
    [pscustomobject] @{
        Process       = $process
        Key           = New-Secret -Text $ready.apiKey
        KeyText       = $ready.apiKey
        ProviderId    = $ready.providerId
        Account       = [pscredential]::new($ready.clientId, (New-Secret -Text $ready.clientSecret))
        SecretText    = $ready.clientSecret
        Organizations = $ready.organizations
        ConsoleUri    = $ready.consoleUri
        # For splatting: where the simulator is.
        Address       = @{ InsightsUri = $ready.insightsUri; ConsoleUri = $ready.consoleUri }
    }
}

function Stop-Simulator {
    param($Simulator)

    if ($Simulator) {
        $Simulator.Process.StandardInput.Close()
        [void] $Simulator.Process.WaitForExit(10000)
        $Simulator.Process.Dispose()
    }
}

function Set-Scenario {
    # Switches how the simulator behaves: a hash table as its help describes.
    param($Simulator, [hashtable] $Scenario)

    $null = Invoke-RestMethod -Method Post -Uri "$($Simulator.ConsoleUri)_simulator/scenario" -Body ($Scenario | ConvertTo-Json -Depth 5) -ContentType 'application/json'
}

function New-Secret {
    param([string] $Text)

    $secret = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) {
        $secret.AppendChar($character)
    }

    $secret
}

function Start-Acceptance {
    # A simulator and a new store, on which the commands of the file work from here on; with -Connector the connector 'Acme'
    # in it, with -Collected its records too. The file names what it gets: $simulator, $folder, $address.
    param([string[]] $Argument = @('--events', '1500', '--users', '120'), [switch] $Connector, [switch] $Collected)

    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
    $simulator = Start-Simulator -Argument $Argument
    $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "jcc-pester-store-$([guid]::NewGuid().ToString('N'))")
    $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'store')
    $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keys')
    $address = $simulator.Address
    if ($Connector -or $Collected) {
        $null = New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ApiKey $simulator.Key -ContentType DirectoryInsights, SystemUser @address
    }

    if ($Collected) {
        $null = Invoke-JcCollection
    }

    $simulator, $folder, $address
}

function Stop-Acceptance {
    param($Simulator, [string] $Folder)

    Stop-Simulator -Simulator $Simulator
    Remove-Item -Path $Folder -Recurse -Force -ErrorAction SilentlyContinue
}

function Get-ErrorId {
    # The id of the error that a command gives, without the name of the cmdlet; nothing where it gives none.
    param([scriptblock] $Command)

    try {
        & $Command 2>&1 | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
    }
    catch {
        ($_.FullyQualifiedErrorId -split ',')[0]
    }
}

function Test-SimulatorMissing {
    # For Describe -Skip, in BeforeDiscovery: says once a file why its tests are skipped.
    if ((Get-SimulatorProgram) -and (Get-Command -Name dotnet -CommandType Application -ErrorAction Ignore)) {
        return $false
    }

    Write-Host "The simulator is not built ('dotnet build' builds it): the tests that need it are skipped."
    return $true
}

function Start-CountedSimulator {
    # A simulator whose events have all happened: every trap but the stamps of the future, so that it is known how many there are.
    param([string] $Options)

    $traps = 'FractionDigits,RadiusCollisions,TimestampTies,UnknownServices,HugeEvents,Nulls,HugeIntegers,AnyJsonInChanges,WhiteSpace,MissingIds,ClientIpForms,InitiatedByForms,SsoSuccess'
    Start-Simulator -Argument $Options, '--traps', $traps
}

function Send-Simulator {
    # Asks the simulator for something: /_simulator/<What>, with a body where one is given.
    param($Simulator, [string] $What, $Body)

    $request = @{ Uri = "$($Simulator.ConsoleUri)_simulator/$What"; UseBasicParsing = $true }
    if ($null -ne $Body) {
        $request.Method = 'Post'
        $request.ContentType = 'application/json'
        $request.Body = ConvertTo-Json -InputObject $Body -Depth 10 -Compress
    }

    Invoke-RestMethod @request
}

function Send-SimulatorEvent {
    # Events that a test knows, each a hashtable of what matters to it; the rest is filled in.
    param($Simulator, [hashtable[]] $Events, [string] $Organization)

    $full = foreach ($given in $Events) {
        $one = @{
            id         = [guid]::NewGuid().ToString('N').Substring(0, 24)
            service    = 'directory'
            event_type = 'user_login_attempt'
            timestamp  = [DateTime]::UtcNow.AddMinutes(-2).ToString('yyyy-MM-ddTHH:mm:ss.fffZ', [cultureinfo]::InvariantCulture)
        }
        foreach ($key in $given.Keys) {
            $one[$key] = $given[$key]
        }

        $one
    }
    $body = @{ events = @($full) }
    if ($Organization) {
        $body.organization = $Organization
    }

    [void] (Send-Simulator $Simulator 'events' $body)
}

function New-TestStore {
    <#
    .SYNOPSIS
        Lets the module work on a store of its own, not made yet, with its own key ring. Returns the store's path.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A helper of tests.')]
    param()

    $folder = [System.IO.Path]::Combine("$TestDrive", [guid]::NewGuid().ToString('N'))
    [void] [System.IO.Directory]::CreateDirectory($folder)
    $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keyring')
    $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'store')
    return $env:JCCONNECTOR_STORE
}

function Reset-TestStore {
    <#
    .SYNOPSIS
        Takes back what New-TestStore set.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'A helper of tests.')]
    param()

    # As Invoke-Tests.ps1 set them: beside the copy of the module.
    $folder = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($env:JCCONNECTOR_TEST_MODULE))
    $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keys')
    $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'store')
}

function Add-TestConnector {
    # A connector to the simulator, or to an address where nothing listens; more parameters of New-JcConnector as a hashtable.
    param([string] $Name = 'Acme', $Simulator, [hashtable] $With = @{})

    $parameters = @{ Name = $Name; TenantName = 'Acme Ltd'; ContentType = 'DirectoryInsights' }
    if ($Simulator) {
        $parameters.InsightsUri = $Simulator.Address.InsightsUri
        $parameters.ConsoleUri = $Simulator.ConsoleUri
        $parameters.ApiKey = $Simulator.Key
    }
    else {
        # Port 9 is reserved for what discards all.
        $parameters.InsightsUri = 'http://127.0.0.1:9/'
        $parameters.ConsoleUri = 'http://127.0.0.1:9/'
        $parameters.ApiKey = New-Secret 'jca_PesterKeyThatNothingAccepts00wxyz'
    }

    foreach ($key in $With.Keys) {
        $parameters[$key] = $With[$key]
    }

    New-JcConnector @parameters
}

function Get-ShellPath {
    # The PowerShell that runs the tests, for a process of its own.
    (Get-Process -Id $PID).Path
}

function Get-ConsoleText {
    # What a process of its own shows for a command, all of it: -WhatIf and errors as the host words them.
    param([string] $Command, [string] $Transcript)

    $lines = @("Import-Module '$env:JCCONNECTOR_TEST_MODULE'", $Command)
    if ($Transcript) {
        $lines = @("Start-Transcript -Path '$Transcript' | Out-Null") + $lines + 'Stop-Transcript | Out-Null'
    }

    (& (Get-ShellPath) -NoProfile -NonInteractive -Command ($lines -join '; ') 2>&1 | Out-String -Width 500) -replace "$([char] 27)\[[0-9;]*m", ''
}

function Find-TextInFile {
    # The files below a folder that hold a text, in UTF-8 or UTF-16.
    param([string] $Folder, [string] $Text)

    $latin = [System.Text.Encoding]::GetEncoding('iso-8859-1')
    $forms = @($latin.GetString([System.Text.Encoding]::UTF8.GetBytes($Text)), $latin.GetString([System.Text.Encoding]::Unicode.GetBytes($Text)))
    foreach ($file in [System.IO.Directory]::GetFiles($Folder, '*', 'AllDirectories')) {
        $content = $latin.GetString([System.IO.File]::ReadAllBytes($file))
        foreach ($form in $forms) {
            if ($content.Contains($form)) {
                $file
                break
            }
        }
    }
}

function Test-RsyslogMissing {
    # For Describe -Skip, in BeforeDiscovery: says once a file why its tests are skipped.
    $folder = Get-RsyslogModuleFolder
    if ((Find-Rsyslog) -and $folder -and (Test-Path -Path ([System.IO.Path]::Combine($folder, 'imrelp.so')))) {
        return $false
    }

    Write-Host 'There is no rsyslog with RELP on this machine (apt-get install rsyslog rsyslog-relp): the tests that need it are skipped.'
    return $true
}

function Get-SyslogNg {
    # syslog-ng's program; nothing where there is none. The environment variable JC_SYSLOG_NG names the folder of an unpacked package.
    $folders = if ($env:JC_SYSLOG_NG) { @("$env:JC_SYSLOG_NG/usr/sbin") } else { @('/usr/sbin', '/usr/local/sbin') }
    $folders | ForEach-Object { [System.IO.Path]::Combine($_, 'syslog-ng') } | Where-Object { Test-Path -Path $_ } | Select-Object -First 1
}

function Start-SyslogNg {
    # As Start-Rsyslog, with a configuration of syslog-ng.
    param([string] $Configuration, [int] $Port, [string] $Work)

    [System.IO.File]::WriteAllText("$Work/syslog-ng.conf", $Configuration.Replace("`r`n", "`n"))
    $arguments = "--foreground --no-caps --stderr --cfgfile=$Work/syslog-ng.conf --persist-file=$Work/persist --pidfile=$Work/pid --control=$Work/control"
    $start = [System.Diagnostics.ProcessStartInfo]::new((Get-SyslogNg), $arguments)
    if ($env:JC_SYSLOG_NG) {
        # Named by its version; an installed one knows its own.
        $modules = (Get-ChildItem -Path "$env:JC_SYSLOG_NG/usr/lib" -Recurse -Filter 'libafsocket.so' | Select-Object -First 1).DirectoryName
        $start.Arguments += " --module-path=$modules"
        $start.Environment['LD_LIBRARY_PATH'] = "$([System.IO.Path]::GetDirectoryName($modules)):$modules"
    }

    Start-ReceiverProcess -Start $start -Port $Port -Work $Work -Name 'syslog-ng' -Transport 'Tls'
}
