BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Argument '--events', '400', '--users', '10' -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Remove-JcSyslogDestination' {
    It 'removes a destination and leaves the records' {
        $count = (Get-JcStore).Records
        $null = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Transport Relp -From Beginning
        Remove-JcSyslogDestination -Name 'siem' -WhatIf
        (Get-JcSyslogDestination).Name | Should -Be 'siem'
        Remove-JcSyslogDestination -Name 'siem' -Force
        Get-JcSyslogDestination | Should -BeNullOrEmpty
        (Get-JcStore).Records | Should -Be $count
    }

    It 'removes what the pipeline brings' {
        $null = 'a', 'b', 'c' | ForEach-Object { New-JcSyslogDestination -Name $_ -HostName '127.0.0.1' -Transport Relp }
        Set-JcSyslogDestination -Name 'b' -Disable
        Get-JcSyslogDestination | Where-Object State -EQ 'Disabled' | Remove-JcSyslogDestination -Confirm:$false
        (Get-JcSyslogDestination).Name | Should -Be 'a', 'c'
        Remove-JcSyslogDestination -Name '*' -Force
        Get-JcSyslogDestination | Should -BeNullOrEmpty
    }

    It 'says what is not there' {
        Get-ErrorId { Remove-JcSyslogDestination -Name 'nobody' -Force } | Should -Be 'SyslogDestinationNotFound'
    }
}
