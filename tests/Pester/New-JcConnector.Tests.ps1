BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'New-JcConnector' {
    It 'adds a connector with the defaults of the specification' {
        $added = New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ApiKey $simulator.Key -ContentType DirectoryInsights @address
        $added.IntervalMinutes | Should -Be 5
        $added.Category, $added.Type, $added.Function, $added.Index | Should -Be 'IdP', 'JumpCloud', 'Collect', 'Syslog'
        $added.AnalyzerProfile | Should -Be 'Default'
        $added.RunOn | Should -Be 'DataProcessor'
    }

    It 'binds every column of a CSV file' {
        $csv = [System.IO.Path]::Combine($folder, 'customers.csv')
        Set-Content -Path $csv -Value 'Name,TenantName,ContentType,IntervalMinutes,InitialLookback,Retention,ProviderId', 'Bay,Bay GmbH,"DirectoryInsights,SystemUser",15,7d,15d,', 'Sea,Sea AG,SystemUser,,,,64b1f0c2d3e4f5a6b7c8d9e0'
        $added = Import-Csv -Path $csv | New-JcConnector -ApiKey $simulator.Key @address
        $added[0].ContentType | Should -Be 'DirectoryInsights', 'SystemUser'
        $added[0].IntervalMinutes | Should -Be 15
        $added[0].InitialLookback | Should -Be ([timespan]::FromDays(7))
        $added.Retention | Should -Be ([timespan]::FromDays(15)), ([timespan]::FromDays(90))
        $added[0].ProviderId | Should -BeNullOrEmpty
        $added[1].IntervalMinutes | Should -Be 5
        $added[1].ProviderId | Should -Be '64b1f0c2d3e4f5a6b7c8d9e0'
    }

    It 'refuses <id>' -ForEach @(
        @{ id = 'ConnectorExists'; with = @{ Name = 'acme' } }
        @{ id = 'InvalidConnectorName'; with = @{ Name = ([char] 0x30A2) + 'cme' } }
        @{ id = 'InvalidInterval'; with = @{ IntervalMinutes = 0 } }
        @{ id = 'InsecureUri'; with = @{ InsightsUri = 'http://api.example.com/' } }
        @{ id = 'InvalidSensorName'; with = @{ RunOn = 'Sensor' } }
        @{ id = 'AnalyzerProfileNotFound'; with = @{ AnalyzerProfile = 'Nowhere' } }
        @{ id = 'PlainTextApiKey'; with = @{ ApiKey = 'jca_in_clear_0123456789' } }
        @{ id = 'PlainTextSecret'; with = @{ ProxyCredential = 'user:in_clear_0123456789' } }
        @{ id = 'InvalidProxy'; with = @{ Proxy = 'http://user:in_clear@proxy.example.com:3128' } }
        @{ id = 'ProxyAndNoProxy'; with = @{ Proxy = 'http://proxy.example.com:3128'; NoProxy = $true } }
        @{ id = 'InvalidApiKeyReference'; with = @{ ServiceAccount = [pscredential]::new('client', [securestring]::new()) } }
        @{ id = 'ParameterArgumentTransformationError'; with = @{ ContentType = 'Everything' } }
    ) {
        $arguments = @{ Name = 'Refused'; TenantName = 'T'; ApiKey = $simulator.Key; ContentType = 'SystemUser' } + $address
        foreach ($key in $with.Keys) { $arguments[$key] = $with[$key] }
        Get-ErrorId { New-JcConnector @arguments } | Should -Be $id
        Get-JcConnector -Name 'Refused*' | Should -BeNullOrEmpty
    }

    It 'takes a service account, which needs an organization, and collects with it' {
        $service = @{ Name = 'Service'; TenantName = 'T'; ServiceAccount = $simulator.Account; ContentType = 'DirectoryInsights' }
        Get-ErrorId { New-JcConnector @service @address } | Should -Be 'OrganizationRequired'
        $added = New-JcConnector @service -OrganizationId $simulator.Organizations[0].id @address
        "$($added.CredentialType)" | Should -Be 'ServiceAccount'
        $added.ServiceAccountClientId | Should -Be $simulator.Account.UserName
        $added.TokenUri | Should -Be "$($simulator.ConsoleUri)oauth2/token"
        (Invoke-JcCollection -ConnectorName 'Service').State | Should -Be 'Collected'
        $added | Format-List | Out-String | Should -Not -Match ([regex]::Escape($simulator.SecretText))
        Find-TextInFile -Folder $folder -Text $simulator.SecretText | Should -BeNullOrEmpty
    }

    It 'warns of certificate authorities that are not there' {
        $missing = [System.IO.Path]::Combine($folder, 'missing.pem')
        $warning = New-JcConnector -Name 'Inspected' -TenantName 'T' -ApiKey $simulator.Key -ContentType SystemUser -CertificateAuthorityFile $missing @address 3>&1 |
            Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
        "$warning" | Should -Match 'missing\.pem'
        (Test-JcConnector -Name 'Inspected').Probes[0].ErrorId | Should -Be 'CertificateAuthorityNotRead'
    }

    It 'says that one outside every profile will not collect' {
        $warning = New-JcConnector -Name 'Outside' -TenantName 'T' -ApiKey $simulator.Key -ContentType SystemUser -NoAnalyzerProfile @address 3>&1 |
            Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
        "$warning" | Should -Match 'will not collect'
        (Get-JcConnector -Name 'Outside').StatusId | Should -Be 'NoAnalyzerProfile'
    }

    It 'changes nothing under -WhatIf' {
        New-JcConnector -Name 'Dry' -TenantName 'T' -ApiKey $simulator.Key -ContentType SystemUser -WhatIf @address
        Get-JcConnector -Name 'Dry*' | Should -BeNullOrEmpty
    }
}
