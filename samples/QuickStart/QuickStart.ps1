# The main job of JumpCloudConnector, from adding connectors to finding records. Runs in pwsh and Windows PowerShell as it is:
#   dotnet run --project samples/QuickStart -- --serve     prints the lines that call it there.
param(
    # One organization: InsightsUri, ConsoleUri, ApiKey (a SecureString).
    [Parameter(Mandatory = $true)] [hashtable] $Company,
    # A provider of the Multi-Tenant Portal: the same and ProviderId.
    [Parameter(Mandatory = $true)] [hashtable] $Provider,
    [Parameter(Mandatory = $true)] [string] $StorePath
)

$ErrorActionPreference = 'Stop'
$store = @{ StorePath = $StorePath }
. ([System.IO.Path]::Combine($PSScriptRoot, 'Receiver.ps1'))

'', '--- 1. Add two connectors: a company, and a provider with three organizations' | Out-Default
$connectors = @(
    New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ContentType DirectoryInsights, SystemUser @Company @store
    New-JcConnector -Name 'MSP' -TenantName 'Example MSP' -ContentType DirectoryInsights @Provider @store
)
$connectors | Out-Default

'', '--- 2. Test them' | Out-Default
Get-JcConnector @store | Test-JcConnector | Out-Default

'', '--- 3. Collect everything that is due' | Out-Default
Invoke-JcCollection @store | Out-Default

'', '--- 4. How the connectors fare now' | Out-Default
Get-JcConnector @store | Out-Default

'', '--- 5. Failed logins of one user, the newest five' | Out-Default
Get-JcIngestedRecord -User 'jane.doe' -EventStatus failure -First 5 @store | Out-Default

'', '--- 6. One of them in full, as the Interflow record it is' | Out-Default
Get-JcIngestedRecord -User 'jane.doe' -EventStatus failure -First 1 -AsJson @store | Out-Default

'', '--- 7. Collect again: what is fetched a second time is not stored a second time' | Out-Default
Invoke-JcCollection -ConnectorName 'Acme' -Force @store | Out-Default

'', '--- 8. A device that was offline reports late: its event appears behind the watermark' | Out-Default
$late = @{
    id         = '64b1f0c2d3e4f5a6b7c8d9e0'; service = 'systems'; event_type = 'user_login_attempt'; success = $false
    username   = 'late.reporter'; message = 'Reported five minutes late'
    timestamp  = [DateTime]::UtcNow.AddMinutes(-5).ToString('yyyy-MM-ddTHH:mm:ss.fffZ')
}
$json = '{' + (($late.GetEnumerator() | ForEach-Object { '"{0}":{1}' -f $_.Key, $(if ($_.Value -is [bool]) { "$($_.Value)".ToLower() } else { '"' + $_.Value + '"' }) }) -join ',') + '}'
$request = [System.Net.WebClient]::new()
$request.Headers['Content-Type'] = 'application/json'
$null = $request.UploadString("$($Company.ConsoleUri)_simulator/events", '{"events":[' + $json + ']}')

$result = Invoke-JcCollection -ConnectorName 'Acme' -Force @store
$result | Out-Default
Get-JcIngestedRecord -User 'late.reporter' -Last 1h @store | Out-Default

$receiver = Start-SyslogReceiver
try {
    '', "--- 9. Forward to syslog: to $($receiver.Name). First a test, step by step" | Out-Default
    New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Port $receiver.Port -Transport $receiver.Transport -MaxMessageBytes 65536 -Query 'event_status:failure' -From Beginning @store | Out-Default
    Test-JcSyslogDestination -Name 'siem' @store | Out-Default

    '', '--- 10. A collection forwards at its end: here every failure that is stored' | Out-Default
    Invoke-JcCollection -ConnectorName 'Acme' -Force @store | Where-Object { $_.PSObject.Properties['Acknowledged'] } | Out-Default

    '', '--- 11. How the destination fares' | Out-Default
    Get-JcSyslogDestination @store | Out-Default

    '', '--- 12. The last line that the receiver has written' | Out-Default
    $lines = @(Get-ReceivedText -Receiver $receiver)
    "$($lines.Count) lines" | Out-Default
    $lines[-1] | Out-Default
}
finally {
    Stop-SyslogReceiver -Receiver $receiver
}
