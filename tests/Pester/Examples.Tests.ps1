# Runs the examples of every help page and topic, in their order, against the simulator.
BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $source = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'help'))
    $script:pages = @(Get-ChildItem -Path $source -Filter '*.md' | ForEach-Object { @{ Page = $_.BaseName; Path = $_.FullName } })
}

Describe 'Examples' -Tag 'Examples' -Skip:(Test-SimulatorMissing) {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        Import-Module -Name $env:JCCONNECTOR_TEST_MODULE

        # One simulator and one collected store for all pages; each page works on a copy.
        $simulator = Start-CountedSimulator '--provider --organizations 3 --events 150 --users 12 --portal-events 20 --span 12h'
        $prepared = [System.IO.Path]::Combine($TestDrive, 'prepared')
        $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($prepared, 'store')
        $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($prepared, 'keys')
        $all = @{ ApiKey = $simulator.Key; InsightsUri = $simulator.Address.InsightsUri; ConsoleUri = $simulator.ConsoleUri }
        $null = New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -OrganizationId $simulator.Organizations[0].id -ContentType DirectoryInsights, SystemUser @all
        $null = New-JcConnector -Name 'Partners' -TenantName 'Example MSP' -ProviderId $simulator.ProviderId -ContentType DirectoryInsights @all
        foreach ($name in 'Old branch', 'Former customer', 'Test 1') {
            $null = New-JcConnector -Name $name -TenantName $name -OrganizationId $simulator.Organizations[1].id -ContentType SystemUser @all
        }

        $null = New-JcLogFilter -Name 'LDAP noise' -Condition 'event_type In ldap_bind, ldap_search', 'event_status Equal success'
        $null = New-JcLogFilter -Name 'Success from inside' -Condition 'srcip InSubnet 10.0.0.0/8', 'event_status Equal success'
        $null = New-JcAnalyzerProfile -Name 'Branch'
        $failed = @(Invoke-JcCollection | Where-Object { $_.State -ne 'Collected' })
        if ($failed.Count -gt 0) {
            throw "The store for the examples was not collected: $($failed[0].ErrorMessage)"
        }

        # What a page makes itself must not be there yet, and what it counts on must.
        $siem = { $null = New-JcSyslogDestination -Name 'siem' -HostName 'siem.example.com' -Transport Relp }
        $before = @{
            'Get-JcSyslogDestination'    = $siem
            'Set-JcSyslogDestination'    = $siem
            'Test-JcSyslogDestination'   = $siem
            'Send-JcSyslog'              = $siem
            'Remove-JcSyslogDestination' = { $null = New-JcSyslogDestination -Name 'arcsight' -HostName '192.0.2.20' -Transport Tcp }
            'New-JcConnector'       = { Get-JcConnector | Remove-JcConnector -Force }
            'about_JcConnectors'    = { Remove-JcConnector -Name 'Acme' -Force }
            'New-JcLogFilter'       = { Get-JcLogFilter | Remove-JcLogFilter -Force }
            'New-JcAnalyzerProfile' = { Remove-JcAnalyzerProfile -Name 'Branch' }
            'Get-JcConnector'       = { Copy-Item -Path (Join-Path -Path $env:JCCONNECTOR_STORE -ChildPath '*') -Destination 'D/JumpCloud' -Recurse }
            'Test-JcStore'          = { $null = Backup-JcStore -Destination 'backup.db' }
        }

        # What an example may answer here, and why.
        $allowed = @{}
        # No scheduler, and nothing is really registered: the tests of the schedulers do that.
        $scheduling = 'SchedulerNotSupported', 'SchedulerFailed', 'TaskNotFound', 'AccountNotFound', 'AccountNotAllowed', 'AccountHasNoAccess', 'ModuleFolderOpen'
        foreach ($page in 'Get-JcCollectionTask', 'Unregister-JcCollectionTask', 'Register-JcCollectionTask', 'Backup-JcStore', 'about_JcScheduling', 'about_JumpCloudConnector', 'about_JcTroubleshooting') {
            $allowed[$page] = $scheduling
        }

        # Nothing was missed, so there is no gap to acknowledge.
        $allowed['Confirm-JcCollectionGap'] = 'GapNotFound'
        $allowed['about_JcCollection'] = 'GapNotFound'
        # Examples that are alternatives: another one before has done the same.
        $allowed['Backup-JcStore'] += 'BackupExists'
        $allowed['Remove-JcAnalyzerProfile'] = 'AnalyzerProfileNotFound'
        $allowed['Remove-JcConnector'] = 'ConnectorNotFound'
        $allowed['about_JumpCloudConnector'] += 'GapNotFound', 'ConnectorExists'
    }

    AfterAll {
        Stop-Simulator -Simulator $simulator
        Reset-TestStore
    }

    It 'of <Page> run' -ForEach $pages {
        $work = [System.IO.Path]::Combine($TestDrive, $Page)
        Copy-Item -Path $prepared -Destination $work -Recurse
        $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($work, 'store')
        $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($work, 'keys')
        foreach ($folder in 'Archive', 'Backups', 'Export', 'JumpCloud') {
            [void] [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($work, 'D', $folder))
        }

        if ([System.IO.Path]::DirectorySeparatorChar -eq '/') {
            # What is copied is as open as the default lets it be, which the module refuses.
            chmod -R go= $work
        }

        # Nobody is there to answer, and no task of this machine may change.
        function Get-ExampleKey { $simulator.Key }
        function Get-ExampleAccount { $simulator.Account }
        Set-Alias -Name Read-Host -Value Get-ExampleKey
        Set-Alias -Name Get-Credential -Value Get-ExampleAccount
        function New-ScheduledTaskAction { "$args" }
        function New-ScheduledTaskTrigger { "$args" }
        function Register-ScheduledTask { "$args" }
        $PSDefaultParameterValues = @{ 'Register-JcCollectionTask:WhatIf' = $true; 'Unregister-JcCollectionTask:WhatIf' = $true }
        $ConfirmPreference = 'None'
        $ErrorActionPreference = 'Continue'
        Set-StrictMode -Off
        $examples = @([regex]::Matches([System.IO.File]::ReadAllText($Path).Replace("`r`n", "`n"), '(?ms)^```powershell\n(.*?)^```') |
                ForEach-Object { $_.Groups[1].Value })
        $examples.Count | Should -BeGreaterThan 0
        Push-Location -Path $work
        $env:JUMPCLOUD_KEY = $simulator.KeyText
        try {
            if ($before[$Page]) {
                & $before[$Page]
            }

            $faults = foreach ($example in $examples) {
                if ($example -match 'Invoke-JcCollection -Continuous') {
                    # Goes on until it is stopped: Invoke-JcCollection.Tests.ps1 has it.
                    continue
                }

                # The drives of the examples are folders here.
                $code = $example.Replace('C:\ProgramData\JumpCloudConnector', $env:JCCONNECTOR_STORE).Replace('C:\ProgramData\Acme\', "$work/") -replace '\bD:\\', "$work/D/" -replace '(?<=/D/\w+)\\', '/'
                try {
                    & ([scriptblock]::Create($code)) 2>&1 3>$null 4>$null 6>$null |
                        Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } |
                        ForEach-Object { "$(($_.FullyQualifiedErrorId -split ',')[0]): $_ <- $example" }
                }
                catch {
                    "$(($_.FullyQualifiedErrorId -split ',')[0]): $_ <- $example"
                }
            }
        }
        finally {
            Pop-Location
            $env:JUMPCLOUD_KEY = $null
        }

        $faults | Where-Object { ($_ -split ':')[0] -notin $allowed[$Page] } | Should -BeNullOrEmpty
    }
}
