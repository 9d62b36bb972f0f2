BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $script:noRsyslog = Test-RsyslogMissing
}

BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Argument '--events', '400', '--users', '10' -Collected
    $receiver = Start-SyslogListener
}

AfterAll {
    Stop-SyslogReceiver -Receiver $receiver
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Send-JcSyslog' {
    BeforeAll {
        # ConvertFrom-Json takes no empty names, which events may have.
        function Get-ReceivedId {
            param($Receiver)
            Get-ReceivedText -Receiver $Receiver | ForEach-Object { [regex]::Match($_, '"stellar_uuid":"([^"]+)"').Groups[1].Value }
        }
    }

    AfterEach {
        Get-JcSyslogDestination | Remove-JcSyslogDestination -Force
    }

    It 'sends what a destination has not got yet, and nothing twice' {
        $null = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Port $receiver.Port -Transport Tcp -MaxMessageBytes 0 -From Beginning
        $result = Send-JcSyslog
        "$($result.State)" | Should -Be 'UpToDate'
        $result.Acknowledged | Should -Be (Get-JcStore).Records
        $result.LagRecords | Should -Be 0
        (Send-JcSyslog -Destination 's*').Sent | Should -Be 0
        $stored = @(Get-JcIngestedRecord | ForEach-Object { $_.StellarUuid } | Sort-Object)
        @(Get-ReceivedId -Receiver $receiver | Sort-Object) | Should -Be $stored
    }

    It 'sends the records of the pipeline and leaves the place' {
        $destination = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Port $receiver.Port -Transport Tcp -Disabled
        $before = @(Get-ReceivedText -Receiver $receiver).Count
        $result = Get-JcIngestedRecord -First 20 -Oldest | Send-JcSyslog -Destination 'siem'
        $result.Acknowledged | Should -Be 20
        $result.Position | Should -BeNullOrEmpty
        @(Get-ReceivedText -Receiver $receiver).Count | Should -Be ($before + 20)
        (Get-JcSyslogDestination).Position | Should -Be $destination.Position
    }

    It 'fails in the result, and the others go on' {
        $null = New-JcSyslogDestination -Name 'dead' -HostName '127.0.0.1' -Port 9 -Transport Tcp -From Beginning
        $null = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Port $receiver.Port -Transport Tcp -From Beginning
        $results = Send-JcSyslog -WarningAction SilentlyContinue -ErrorAction Stop
        "$(($results | Where-Object Name -EQ 'siem').State)" | Should -Be 'UpToDate'
        $failed = $results | Where-Object Name -EQ 'dead'
        "$($failed.State)" | Should -Be 'Failed'
        $failed.ErrorId | Should -Be 'SyslogConnectionRefused'
    }

    It 'sends nothing under -WhatIf, and refuses a time limit of nothing' {
        $null = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Port $receiver.Port -Transport Tcp -From Beginning
        Send-JcSyslog -WhatIf
        (Get-JcSyslogDestination).Sent | Should -Be 0
        Get-ErrorId { Send-JcSyslog -TimeLimit 0s } | Should -Be 'InvalidTimeLimit'
        Get-ErrorId { Send-JcSyslog -Destination 'nobody' } | Should -Be 'SyslogDestinationNotFound'
    }

    It 'is what Invoke-JcCollection does at its end' {
        $null = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Port $receiver.Port -Transport Tcp
        Send-SimulatorEvent -Simulator $simulator -Events @{ event_type = 'forwarded_here' }
        $result = Invoke-JcCollection -ConnectorName 'Acme' -Force | Where-Object { $_.PSObject.Properties['Acknowledged'] }
        $result.Acknowledged | Should -BeGreaterThan 0
        @(Get-ReceivedText -Receiver $receiver | Where-Object { $_ -match '"event_type":"forwarded_here"' }).Count | Should -Be 1
    }
}

Describe 'Send-JcSyslog to rsyslog' -Tag 'rsyslog' -Skip:$noRsyslog {
    It 'has every record acknowledged over RELP' {
        $rsyslog = Start-SyslogReceiver
        try {
            $rsyslog.Transport | Should -Be 'Relp'
            $null = New-JcSyslogDestination -Name 'rsyslog' -HostName '127.0.0.1' -Port $rsyslog.Port -Transport Relp -MaxMessageBytes 0 -From Beginning
            $result = Send-JcSyslog -Destination 'rsyslog'
            "$($result.State)" | Should -Be 'UpToDate'
            $stored = @(Get-JcIngestedRecord | ForEach-Object { $_.StellarUuid } | Sort-Object)
            $written = Get-ReceivedText -Receiver $rsyslog | ForEach-Object { [regex]::Match($_, '"stellar_uuid":"([^"]+)"').Groups[1].Value }
            @($written | Sort-Object) | Should -Be $stored
        }
        finally {
            Stop-SyslogReceiver -Receiver $rsyslog
        }
    }
}
