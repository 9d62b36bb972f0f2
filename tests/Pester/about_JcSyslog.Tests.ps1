# The configurations of receivers on the page, as they stand there but for folders and ports, each with a destination as the
# page has it.
BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $modules = Get-RsyslogModuleFolder
    $syslogNg = Get-SyslogNg
    $script:receivers = @(
        @{ Heading = 'rsyslog: RELP'; Needs = 'imrelp'; Port = 2514; Settings = @{ Transport = 'Relp' } }
        @{ Heading = 'rsyslog: RELP under TLS, with client certificates'; Needs = 'imrelp'; Port = 2514; Settings = @{ Transport = 'RelpTls' } }
        @{ Heading = 'rsyslog: TLS with client certificates'; Needs = 'lmnsd_gtls'; Port = 6514; Settings = @{ Transport = 'Tls' } }
        @{ Heading = 'rsyslog: TCP, and the fields of the record'; Needs = 'mmjsonparse'; Port = 514; Settings = @{ Transport = 'Tcp' } }
        @{ Heading = 'syslog-ng: TLS with client certificates'; Needs = 'syslog-ng'; Port = 6514; Settings = @{ Transport = 'Tls' } }
    ) | ForEach-Object {
        $_.Missing = if ($_.Needs -eq 'syslog-ng') { -not $syslogNg } else { -not ((Find-Rsyslog) -and $modules -and (Test-Path -Path "$modules/$($_.Needs).so")) }
        if ($_.Missing) {
            Write-Host "There is no $($_.Needs) on this machine: '$($_.Heading)' is not tried."
        }

        $_
    }
}

BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Argument '--events', '200', '--users', '5' -Collected
    $path = [System.IO.Path]::Combine($PSScriptRoot, '..', '..', 'docs', 'help', 'about_JcSyslog.md')
    $page = [System.IO.File]::ReadAllText($path).Replace("`r`n", "`n")

    function New-TestCertificate {
        # A certificate for a name, of an authority, as PEM files in a folder: NAME.pem and NAME-key.pem, or both in one.
        param([string] $Folder, [string] $Name, $Authority, [switch] $Together)

        $key = [System.Security.Cryptography.RSA]::Create(2048)
        $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
            "CN=$Name", $key, [System.Security.Cryptography.HashAlgorithmName]::SHA256, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
        $request.CertificateExtensions.Add([System.Security.Cryptography.X509Certificates.X509BasicConstraintsExtension]::new(-not $Authority, $false, 0, $true))
        $from = [DateTimeOffset]::UtcNow.AddHours(-1)
        $to = $from.AddDays($(if ($Authority) { 1 } else { 2 }))
        if ($Authority) {
            $names = [System.Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder]::new()
            $names.AddDnsName($Name)
            $request.CertificateExtensions.Add($names.Build())
            $certificate = $request.Create($Authority, $from, $to, [guid]::NewGuid().ToByteArray())
        }
        else {
            $certificate = $request.CreateSelfSigned($from, $to)
        }

        $pem = $certificate.ExportCertificatePem() + "`n"
        $keyPem = $key.ExportPkcs8PrivateKeyPem() + "`n"
        if ($Together) {
            $pem += $keyPem
        }

        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($Folder, "$Name.pem"), $pem)
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($Folder, "$Name-key.pem"), $keyPem)
        $certificate
    }
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'about_JcSyslog, <Heading>' -Tag 'rsyslog' -ForEach $receivers {
    It 'receives every record' -Skip:$Missing {
        $section = [regex]::Match($page, "(?ms)^### $([regex]::Escape($Heading))\n.*?^``````conf\n(.*?)^``````.*?^``````powershell\n(.*?)^``````")
        $section.Success | Should -BeTrue
        $work = [System.IO.Path]::Combine($TestDrive, [guid]::NewGuid().ToString('N'))
        [void] [System.IO.Directory]::CreateDirectory($work)
        $authority = New-TestCertificate -Folder $work -Name 'ca'
        $null = New-TestCertificate -Folder $work -Name 'receiver' -Authority $authority
        $null = New-TestCertificate -Folder $work -Name 'collector.example.com' -Authority $authority -Together
        $listens = Get-FreePort
        $configuration = $section.Groups[1].Value -replace '/var/log/jumpcloud/', "$work/" -replace '/etc/(rsyslog|syslog-ng)/ca\.pem', "$work/ca.pem" `
            -replace '/etc/(rsyslog|syslog-ng)/cert\.pem', "$work/receiver.pem" -replace '/etc/(rsyslog|syslog-ng)/key\.pem', "$work/receiver-key.pem" `
            -replace "port=`"$Port`"", "address=`"127.0.0.1`" port=`"$listens`"" -replace "ip\(0\.0\.0\.0\) port\($Port\)", "ip(127.0.0.1) port($listens)" `
            -replace 'global\(', "global(workDirectory=`"$work`" "
        $configuration | Should -Match $listens
        $receiver = if ($Needs -eq 'syslog-ng') { Start-SyslogNg -Configuration $configuration -Port $listens -Work $work } else {
            Start-Rsyslog -Program (Find-Rsyslog) -Configuration $configuration -Port $listens -Work $work
        }
        try {
            $receiver | Should -Not -BeNullOrEmpty -Because 'it is to listen'
            # The page's own command, with this machine's places.
            $command = $section.Groups[2].Value -replace '-HostName ''[^'']+''', "-HostName '127.0.0.1' -Port $listens -From Beginning" -replace '/etc/jumpcloud/ca\.pem', "$work/ca.pem" `
                -replace '/etc/jumpcloud/collector\.pem', "$work/collector.example.com.pem"
            if ($Settings.Transport -like '*Tls') {
                $command = $command.Trim() + ' -TlsServerName receiver'
            }

            $destination = & ([scriptblock]::Create($command))
            "$($destination.Transport)" | Should -Be $Settings.Transport
            $test = Test-JcSyslogDestination -Name $destination.Name
            "$($test.Reached)" | Should -Be 'Acknowledged' -Because $test.Message
            $result = Send-JcSyslog -Destination $destination.Name -WarningVariable warnings
            $warnings | Should -BeNullOrEmpty
            "$($result.State)" | Should -Be 'UpToDate' -Because $result.ErrorMessage
            $stored = @(Get-JcIngestedRecord | ForEach-Object { $_.StellarUuid }) + $test.Marker | Sort-Object
            $file = Get-ChildItem -Path $work -Filter 'events.*'
            $written = @([System.IO.File]::ReadAllLines($file.FullName) | ForEach-Object { [regex]::Match($_, '[0-9a-f]{8}-[0-9a-f-]{27}').Value } | Sort-Object)
            $written | Should -Be $stored
        }
        finally {
            if ($receiver) {
                Stop-SyslogReceiver -Receiver $receiver
            }

            Get-JcSyslogDestination | Remove-JcSyslogDestination -Force
        }
    }
}
