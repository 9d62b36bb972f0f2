<#
.SYNOPSIS
    Collects what is due and forwards what is new, for a scheduler: nobody watches, and the exit code tells what came of it.
.DESCRIPTION
    Exit codes: 0 all good (or nothing was due), 2 some streams or syslog destinations failed, 3 all failed, 4 the store or
    the configuration is at fault, 5 nothing was collected because another process was collecting. A destination that is
    behind, disabled or another process's is no failure. What each turn came to is in the store's folder, in
    log/collection.jsonl.
.PARAMETER ModulePath
    The module's manifest; by default the one that lies beside this script.
.PARAMETER StorePath
    The store's folder; by default that of the environment variable JCCONNECTOR_STORE, or the machine's.
.PARAMETER KeyRingPath
    The key ring's folder; by default that of the environment variable JCCONNECTOR_KEYRING, or the machine's.
.PARAMETER ConnectorName
    Which connectors, with wildcards; all by default.
.PARAMETER TimeLimit
    After this long no further part of a backlog is begun, and the next run goes on with it; without -Continuous. A scheduler
    starts no second run while one is under way, so that without a limit one long backlog would hold up all other turns. An
    empty text is no limit.
.PARAMETER Continuous
    Goes on until it is stopped.
#>
[CmdletBinding()]
param(
    [string] $ModulePath = [System.IO.Path]::Combine($PSScriptRoot, 'JumpCloudConnector.psd1'),
    [string] $StorePath,
    [string] $KeyRingPath,
    [string[]] $ConnectorName,
    [string] $TimeLimit = '4m',
    [switch] $Continuous
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

# Only from here on is a fault one of this script's; what is bound wrongly ends PowerShell with 1.
$script:failed = 0
$script:good = 0
$script:forwarded = 0
$script:leased = 0
$script:refused = 0

function Write-EventLogEntry {
    # On Windows, what went wrong is in the event log too, where monitoring looks. A log that cannot be written stops nothing.
    param([string] $Message)

    if ([System.IO.Path]::DirectorySeparatorChar -ne '\') {
        return
    }

    try {
        if (-not [System.Diagnostics.EventLog]::SourceExists('JumpCloudConnector')) {
            [System.Diagnostics.EventLog]::CreateEventSource('JumpCloudConnector', 'Application')
        }

        [System.Diagnostics.EventLog]::WriteEntry('JumpCloudConnector', $Message, 'Warning', 1)
    }
    catch {
        Write-Verbose "The event log could not be written: $_"
    }
}

function Add-Outcome {
    param($Result)

    if ($Result.PSObject.Properties['ConnectorName']) {
        Add-CollectionOutcome -Result $Result
    }
    else {
        Add-ForwardingOutcome -Result $Result
    }
}

function Add-ForwardingOutcome {
    # What is behind goes on with the next run, a destination that is leased is being sent to, and one that was not tried had
    # nothing to be sent: none is a failure, nor a success.
    param($Result)

    switch ($Result.State.ToString()) {
        'UpToDate' { $script:forwarded++ }
        'Failed' {
            $script:failed++
            Write-EventLogEntry -Message ('Syslog destination {0}: {1}: {2}' -f $Result.Name, $Result.ErrorId, $Result.ErrorMessage)
        }
    }
}

function Add-CollectionOutcome {
    param($Result)

    switch ($Result.State.ToString()) {
        'Collected' { $script:good++ }
        'Leased' { $script:leased++ }
        { $_ -in 'Failed', 'Parked' -or ($_ -eq 'Inactive' -and $Result.StatusCode -ne 0) } {
            $script:failed++
            $organization = if ($Result.OrganizationName) { $Result.OrganizationName } else { $Result.OrganizationId }
            Write-EventLogEntry -Message ('{0} {1} {2}: {3}: {4}' -f $Result.ConnectorName, $organization, $Result.ContentType, $Result.ErrorId, $Result.ErrorMessage)
        }
    }
}

try {
    if ($KeyRingPath) {
        $env:JCCONNECTOR_KEYRING = $KeyRingPath
    }

    Import-Module -Name $ModulePath
    $arguments = @{}
    # An empty one, as a variable that was never set gives, is refused by the cmdlet: it is not the machine's own store.
    if ($PSBoundParameters.ContainsKey('StorePath')) {
        $arguments.StorePath = $StorePath
    }

    if ($ConnectorName) {
        $arguments.ConnectorName = $ConnectorName
    }

    if ($Continuous) {
        $arguments.Continuous = $true
    }
    elseif ($TimeLimit) {
        $arguments.TimeLimit = $TimeLimit
    }

    # An error that concerns one connector must not keep the others from their turn.
    Invoke-JcCollection @arguments -ErrorAction SilentlyContinue -ErrorVariable problems | ForEach-Object -Process {
        Add-Outcome -Result $_
        $_
    }

    foreach ($problem in $problems) {
        $script:refused++
        Write-EventLogEntry -Message "$problem"
        [System.Console]::Error.WriteLine("$($problem.FullyQualifiedErrorId): $problem")
    }
}
catch {
    Write-EventLogEntry -Message "Collection could not run: $_"
    [System.Console]::Error.WriteLine("$($_.FullyQualifiedErrorId): $_")
    exit 4
}

# A service that was stopped has done its work; what failed in its time is in the log and in the connectors' status.
if ($Continuous -and $script:refused -eq 0) {
    exit 0
}

if ($script:refused -gt 0 -and $script:good -eq 0 -and $script:failed -eq 0) {
    exit 4
}

$script:failed += $script:refused
if ($script:failed -gt 0) {
    if ($script:good -gt 0 -or $script:forwarded -gt 0) {
        exit 2
    }

    exit 3
}

if ($script:leased -gt 0 -and $script:good -eq 0) {
    exit 5
}

exit 0
