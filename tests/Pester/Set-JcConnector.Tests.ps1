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

    It 'changes nothing under -WhatIf' {
        Set-JcConnector -Name 'Acme' -IntervalMinutes 60 -WhatIf
        (Get-JcConnector -Name 'Acme').IntervalMinutes | Should -Be 10
    }
}
