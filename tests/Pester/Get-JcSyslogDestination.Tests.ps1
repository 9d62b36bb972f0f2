BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Argument '--events', '400', '--users', '10' -Collected
    $receiver = Start-SyslogListener
}

AfterAll {
    Stop-SyslogReceiver -Receiver $receiver
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Get-JcSyslogDestination' {
    It 'shows how far a destination is' {
        $count = (Get-JcStore).Records
        $null = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Port $receiver.Port -Transport Tcp -From Beginning
        $before = Get-JcSyslogDestination -Name 'siem'
        "$($before.State)" | Should -Be 'Behind'
        $before.LagRecords | Should -Be $count
        $before.Lag | Should -BeGreaterThan ([timespan]::Zero)
        $before.OldestUnsent | Should -Not -BeNullOrEmpty

        $null = Send-JcSyslog
        $after = Get-JcSyslogDestination -Name 'siem'
        "$($after.State)" | Should -Be 'UpToDate'
        $after.LagRecords | Should -Be 0
        $after.Lag | Should -BeNullOrEmpty
        $after.Acknowledged | Should -Be $count
    }

    It 'shows what is wrong until a run succeeds' {
        $null = New-JcSyslogDestination -Name 'dead' -HostName '127.0.0.1' -Port 9 -Transport Tcp -From Beginning
        $null = Send-JcSyslog -Destination 'dead' -WarningAction SilentlyContinue
        $failed = Get-JcSyslogDestination -Name 'dead'
        "$($failed.State)" | Should -Be 'Failed'
        $failed.ErrorId | Should -Be 'SyslogConnectionRefused'
        $failed | Format-List | Out-String -Width 400 | Should -Match 'nothing listens there'
        Set-JcSyslogDestination -Name 'dead' -Port $receiver.Port
        $null = Send-JcSyslog -Destination 'dead'
        (Get-JcSyslogDestination -Name 'dead').ErrorId | Should -BeNullOrEmpty
    }

    It 'finds by patterns, and says what is not there' {
        (Get-JcSyslogDestination -Name 's*').Name | Should -Be 'siem'
        Get-JcSyslogDestination -Name 'none*' | Should -BeNullOrEmpty
        Get-ErrorId { Get-JcSyslogDestination -Name 'nobody' } | Should -Be 'SyslogDestinationNotFound'
    }
}
