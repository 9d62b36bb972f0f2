BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Argument '--events', '400', '--users', '10' -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'New-JcSyslogDestination' {
    AfterEach {
        Get-JcSyslogDestination | Remove-JcSyslogDestination -Force
    }

    It 'adds a destination with the defaults of <Transport>' -ForEach @(
        @{ Transport = 'Udp'; Port = 514; Limit = 1400 }
        @{ Transport = 'Tls'; Port = 6514; Limit = 8192 }
        @{ Transport = 'Relp'; Port = 2514; Limit = 8192 }
    ) {
        $destination = New-JcSyslogDestination -Name 'siem' -HostName 'siem.example.com' -Transport $Transport -WarningAction SilentlyContinue
        $destination.Port | Should -Be $Port
        $destination.MaxMessageBytes | Should -Be $Limit
        "$($destination.State)" | Should -Be 'NotTried'
    }

    It 'adds the rows of a table, and goes on behind a wrong one' {
        $rows = @'
Name,HostName,Transport,Port,Severity,Timeout
north,n.example.com,Relp,,failure=Error;mfa=Notice,45s
wrong,w w,Tcp,,,
south,s.example.com,Tls,6515,,
'@ | ConvertFrom-Csv
        $added = $rows | New-JcSyslogDestination -ErrorAction SilentlyContinue -ErrorVariable problems
        $added.Name | Should -Be 'north', 'south'
        ($problems[0].FullyQualifiedErrorId -split ',')[0] | Should -Be 'InvalidSyslogDestination'
        $added[0].Port | Should -Be 2514
        "$($added[0].Severity['failure'])" | Should -Be 'Error'
        $added[0].Timeout.TotalSeconds | Should -Be 45
        $added[1].Port | Should -Be 6515
    }

    It 'warns that Udp promises nothing' {
        $null = New-JcSyslogDestination -Name 'udp' -HostName '127.0.0.1' -Transport Udp -WarningVariable warning -WarningAction SilentlyContinue
        "$warning" | Should -Match 'cannot promise'
    }

    It 'keeps the password of a certificate to itself' {
        $password = New-Secret -Text 'Certificate 5829 of mine'
        $destination = New-JcSyslogDestination -Name 'tls' -HostName 'h' -Transport Tls -ClientCertificateFile 'c.pfx' -ClientCertificatePassword $password -WarningAction SilentlyContinue
        $destination | Format-List -Property * -Force | Out-String | Should -Not -Match '5829'
        $destination | ConvertTo-Json -Depth 5 | Should -Not -Match '5829'
        Get-ErrorId { New-JcSyslogDestination -Name 'plain' -HostName 'h' -Transport Tls -ClientCertificateFile 'c.pfx' -ClientCertificatePassword 'Certificate 5829' } | Should -Be 'PlainTextSecret'
        Get-JcSyslogDestination -Name 'plain*' | Should -BeNullOrEmpty
    }

    It 'refuses what cannot be, and adds nothing under -WhatIf' {
        Get-ErrorId { New-JcSyslogDestination -Name 'x' -HostName 'h' -Transport Tcp -Port 0 } | Should -Be 'InvalidSyslogDestination'
        Get-ErrorId { New-JcSyslogDestination -Name 'x' -HostName 'h' -Transport Tls -CertificateFingerprint 'AB' } | Should -Be 'InvalidFingerprint'
        Get-ErrorId { New-JcSyslogDestination -Name 'x' -HostName 'h' -Transport Tcp -Query 'a:(' } | Should -Be 'InvalidQuery'
        New-JcSyslogDestination -Name 'x' -HostName 'h' -Transport Relp -WhatIf
        Get-JcSyslogDestination | Should -BeNullOrEmpty
        $null = New-JcSyslogDestination -Name 'x' -HostName 'h' -Transport Relp
        Get-ErrorId { New-JcSyslogDestination -Name 'X' -HostName 'h' -Transport Relp } | Should -Be 'SyslogDestinationExists'
    }
}
