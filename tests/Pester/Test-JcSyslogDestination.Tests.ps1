BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Argument '--events', '400', '--users', '10' -Connector
    $receiver = Start-SyslogListener
}

AfterAll {
    Stop-SyslogReceiver -Receiver $receiver
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Test-JcSyslogDestination' {
    It 'says how far a message got, and by what it is found' {
        $null = New-JcSyslogDestination -Name 'siem' -HostName 'localhost' -Port $receiver.Port -Transport Tcp
        $test = Test-JcSyslogDestination -Name 'siem'
        $test.Succeeded | Should -BeTrue
        "$($test.Reached)" | Should -Be 'Acknowledged'
        @($test.Step | ForEach-Object { "$($_.Step)" }) | Should -Be 'Resolved', 'Connected', 'Accepted', 'Acknowledged'
        $text = @(Get-ReceivedText -Receiver $receiver)[-1] | ConvertFrom-Json
        $text.stellar_uuid | Should -Be $test.Marker
        $text.event_type | Should -Be 'jcconnector_test'
        (Get-JcSyslogDestination -Name 'siem').Sent | Should -Be 0
    }

    It 'says what is wrong and what to do, without an error' {
        $null = New-JcSyslogDestination -Name 'dead' -HostName '127.0.0.1' -Port 9 -Transport Relp -Disabled
        $test = Test-JcSyslogDestination -Name 'dead' -ErrorAction Stop
        $test.Succeeded | Should -BeFalse
        "$($test.Reached)" | Should -Be 'Resolved'
        $test.ErrorId | Should -Be 'SyslogConnectionRefused'
        $test.Message | Should -Match 'Set-JcSyslogDestination'
        $test.Marker | Should -BeNullOrEmpty
    }

    It 'tells a receiver that does not speak RELP' {
        Set-JcSyslogDestination -Name 'dead' -Port $receiver.Port -Timeout 1s
        (Test-JcSyslogDestination -Name 'dead').ErrorId | Should -BeLike 'Relp*'
    }

    It 'gives True or False with -Quiet' {
        Get-JcSyslogDestination | Test-JcSyslogDestination -Quiet | Should -Be $false, $true
        Get-ErrorId { Test-JcSyslogDestination -Name 'nobody' } | Should -Be 'SyslogDestinationNotFound'
    }
}
