BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $script:skip = Test-SimulatorMissing
}

Describe 'Get-JcCollectionGap' -Skip:$skip {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        $simulator, $folder, $address = Start-Acceptance -Argument '--events', '300', '--users', '5' -Collected
    }

    AfterAll {
        Stop-Acceptance -Simulator $simulator -Folder $folder
    }

    It 'has none where all was collected' {
        Get-JcCollectionGap | Should -BeNullOrEmpty
        (Get-JcConnector).UnconfirmedGaps | Should -Be 0
    }

    It 'has an open one while there is no licence, and ends it after that' {
        Set-Scenario -Simulator $simulator -Scenario @{ faults = @(@{ kind = 'PaymentRequired402' }) }
        $null = Invoke-JcCollection -Force -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match 'gap is open'
        $gap = Get-JcCollectionGap
        "$($gap.Reason)", $gap.ConnectorName, $gap.TenantName | Should -Be 'NotLicensed', 'Acme', 'Acme Ltd'
        $gap.To | Should -BeNullOrEmpty
        $gap.Message | Should -Match 'licensed'
        (Get-JcConnector).UnconfirmedGaps | Should -Be 1
        (Get-JcConnector).Streams | Where-Object ContentType -EQ 'DirectoryInsights' | ForEach-Object UnconfirmedGaps | Should -Be 1

        Set-Scenario -Simulator $simulator -Scenario @{ faults = @() }
        $null = Invoke-JcCollection -Force
        $gap = Get-JcCollectionGap
        $gap.To | Should -BeGreaterThan $gap.From
        $gap.ConfirmedAt | Should -BeNullOrEmpty
    }

    It 'takes connector, tenant, reason and the pipeline' {
        @(Get-JcCollectionGap -ConnectorName 'A*' -TenantName 'Acme*' -Reason 'NotLicensed,Outage').Count | Should -Be 1
        Get-JcCollectionGap -Reason Outage, Disabled | Should -BeNullOrEmpty
        Get-JcCollectionGap -TenantName 'Other' | Should -BeNullOrEmpty
        @(Get-JcConnector | Get-JcCollectionGap -Unconfirmed).Count | Should -Be 1
        Get-JcConnector -Name 'None*' | Get-JcCollectionGap | Should -BeNullOrEmpty
    }

    It 'says what is wrong' {
        Get-ErrorId { Get-JcCollectionGap -ConnectorName 'Nobody' } | Should -Be 'ConnectorNotFound'
        Get-ErrorId { Get-JcCollectionGap -Reason 2 } | Should -Be 'ParameterArgumentTransformationError'
    }
}
