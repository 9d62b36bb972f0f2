BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Set-JcConnector' {
    It 'changes what is given and leaves the rest' {
        $changed = Set-JcConnector -Name 'Acme' -IntervalMinutes 10 -PassThru
        $changed.IntervalMinutes | Should -Be 10
        $changed.ContentType | Should -Be 'DirectoryInsights', 'SystemUser'
    }

    It 'takes how long JumpCloud keeps events, within which the lookback must be' {
        (Set-JcConnector -Name 'Acme' -Retention 30d -PassThru).Retention | Should -Be ([timespan]::FromDays(30))
        Get-ErrorId { Set-JcConnector -Name 'Acme' -Retention 91d } | Should -Be 'InvalidRetention'
        Get-ErrorId { Set-JcConnector -Name 'Acme' -InitialLookback 31d } | Should -Be 'InvalidLookback'
        (Get-JcConnector -Name 'Acme').Retention | Should -Be ([timespan]::FromDays(30))
    }

    It 'refuses to change the general part, and says why' -ForEach 'TenantName', 'NewName', 'RunOn', 'SensorName', 'Category', 'Type', 'Function' {
        $arguments = @{ Name = 'Acme'; $_ = 'Other' }
        Get-ErrorId { Set-JcConnector @arguments } | Should -Be 'GeneralPartFixed'
        (Get-JcConnector -Name 'Acme').TenantName | Should -Be 'Acme Ltd'
    }

    It 'takes a new key and goes on where the old one stopped' {
        $records = (Get-JcIngestedRecord).Count
        Set-JcConnector -Name 'Acme' -ApiKey (New-Secret -Text 'jca_wrong_0123456789abcdef')
        (Invoke-JcCollection -ConnectorName 'Acme' -Force).State | Should -Be 'Failed', 'Failed'
        Set-JcConnector -Name 'Acme' -ApiKey $simulator.Key
        (Invoke-JcCollection -ConnectorName 'Acme' -Force).State | Should -Be 'Collected', 'Collected'
        (Get-JcIngestedRecord).Count | Should -BeLessThan ($records + 50)
    }

    It 'warns of a key that expires soon' {
        $warning = Set-JcConnector -Name 'Acme' -ApiKeyExpiresAt 3d 3>&1
        "$warning" | Should -Match 'expires on'
        Set-JcConnector -Name 'Acme' -ApiKeyExpiresAt $null
        (Get-JcConnector -Name 'Acme').ApiKeyExpiresAt | Should -BeNullOrEmpty
    }

    It 'reads the key from an environment variable' {
        Set-JcConnector -Name 'Acme' -ApiKeyVariable 'JCC_TEST_KEY'
        (Test-JcConnector -Name 'Acme').Probes[0].ErrorId | Should -Be 'ApiKeyVariableNotSet'
        $env:JCC_TEST_KEY = $simulator.KeyText
        try { Test-JcConnector -Name 'Acme' -Quiet | Should -BeTrue } finally { $env:JCC_TEST_KEY = $null }
        Set-JcConnector -Name 'Acme' -ApiKey $simulator.Key
    }

    It 'changes from a key to a service account, and back' {
        $to = @{ ServiceAccount = $simulator.Account; OrganizationId = $simulator.Organizations[0].id }
        $changed = Set-JcConnector -Name 'Acme' @to -PassThru
        "$($changed.CredentialType)" | Should -Be 'ServiceAccount'
        $changed.ApiKeyEnding | Should -BeNullOrEmpty
        (Test-JcConnector -Name 'Acme').Probes.Name | Should -Contain 'AccessToken'
        Set-JcConnector -Name 'Acme' -ServiceAccount ([pscredential]::new($simulator.Account.UserName, (New-Secret -Text 'wrong-secret')))
        (Invoke-JcCollection -ConnectorName 'Acme' -Force).ErrorId | Should -Be 'ServiceAccountRefused', 'ServiceAccountRefused'
        Get-ErrorId { Set-JcConnector -Name 'Acme' -ApiKey $simulator.Key -ServiceAccount $simulator.Account } | Should -Be 'InvalidApiKeyReference'
        Set-JcConnector -Name 'Acme' -ApiKey $simulator.Key
        Test-JcConnector -Name 'Acme' -Quiet | Should -BeTrue
    }

    It 'sets a proxy, none, and the system''s again' {
        # Port 9 is reserved for what discards all.
        Set-JcConnector -Name 'Acme' -Proxy 'http://127.0.0.1:9' -ProxyCredential $simulator.Account
        (Get-JcConnector -Name 'Acme').ProxyUser | Should -Be $simulator.Account.UserName
        (Invoke-JcCollection -ConnectorName 'Acme' -Force).ErrorMessage | Should -Match 'The proxy 127\.0\.0\.1:9 refuses'
        (Set-JcConnector -Name 'Acme' -NoProxy -PassThru).NoProxy | Should -BeTrue
        Test-JcConnector -Name 'Acme' -Quiet | Should -BeTrue
        $system = Set-JcConnector -Name 'Acme' -Proxy $null -PassThru
        $system.NoProxy, $system.Proxy, $system.ProxyUser | Should -Be $false, $null, $null
    }

    It 'changes nothing under -WhatIf' {
        Set-JcConnector -Name 'Acme' -IntervalMinutes 60 -WhatIf
        (Get-JcConnector -Name 'Acme').IntervalMinutes | Should -Be 10
    }
}
