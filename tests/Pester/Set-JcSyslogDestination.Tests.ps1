BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Argument '--events', '400', '--users', '10' -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Set-JcSyslogDestination' {
    BeforeEach {
        $null = New-JcSyslogDestination -Name 'siem' -HostName '127.0.0.1' -Transport Relp
    }

    AfterEach {
        Remove-JcSyslogDestination -Name 'siem' -Force
    }

    It 'changes what is given and nothing else' {
        $changed = Set-JcSyslogDestination -Name 'siem' -HostName 'other' -AppName 'jc' -PassThru
        $changed.HostName | Should -Be 'other'
        $changed.AppName | Should -Be 'jc'
        $changed.Port | Should -Be 2514
        $changed.Position | Should -BeGreaterThan 0
    }

    It 'takes the port of another transport, also of a piped destination' {
        (Set-JcSyslogDestination -Name 'siem' -Transport Tls -PassThru).Port | Should -Be 6514
        (Get-JcSyslogDestination | Set-JcSyslogDestination -Transport Relp -PassThru).Port | Should -Be 2514
        (Set-JcSyslogDestination -Name 'siem' -Transport Tcp -Port 2514 -PassThru).Port | Should -Be 2514
    }

    It 'switches it off and on' {
        "$((Set-JcSyslogDestination -Name 'siem' -Disable -PassThru).State)" | Should -Be 'Disabled'
        "$((Set-JcSyslogDestination -Name 'siem' -Enable -PassThru).State)" | Should -Be 'NotTried'
        Get-ErrorId { Set-JcSyslogDestination -Name 'siem' -Enable -Disable } | Should -Be 'InvalidSyslogDestination'
    }

    It 'moves the place' {
        Set-JcSyslogDestination -Name 'siem' -From Beginning -WhatIf
        (Get-JcSyslogDestination).Position | Should -BeGreaterThan 0
        Set-JcSyslogDestination -Name 'siem' -From Beginning -Force
        (Get-JcSyslogDestination).Position | Should -Be 0
        Set-JcSyslogDestination -Name 'siem' -From Now -Confirm:$false
        "$((Get-JcSyslogDestination).State)" | Should -Be 'NotTried'
        (Get-JcSyslogDestination).RecordsBefore | Should -Be (Get-JcStore).Records
        Set-JcSyslogDestination -Name 'siem' -From 6h -Force
        (Get-JcSyslogDestination).NotBefore | Should -BeLessThan ([DateTimeOffset]::Now.AddHours(-5.9))
    }

    It 'refuses what cannot be' {
        Get-ErrorId { Set-JcSyslogDestination -Name 'nobody' -Port 9 } | Should -Be 'SyslogDestinationNotFound'
        Get-ErrorId { Set-JcSyslogDestination -Name 'siem' -TlsServerName 'x' } | Should -Be 'InvalidSyslogDestination'
        Get-ErrorId { Set-JcSyslogDestination -Name 'siem' -Transport Tls -ClientCertificatePassword 'plain' } | Should -Be 'PlainTextSecret'
    }
}
