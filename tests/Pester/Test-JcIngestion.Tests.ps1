BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $script:skip = Test-SimulatorMissing
}

Describe 'Test-JcIngestion' -Skip:$skip {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
        $simulator = Start-CountedSimulator -Options '--events', '400', '--organizations', '3', '--provider'
        $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "jcc-pester-store-$([guid]::NewGuid().ToString('N'))")
        $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'store')
        $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keys')
        $null = Add-TestConnector -Name 'MSP' -Simulator $simulator -With @{ ProviderId = $simulator.ProviderId }
    }

    AfterAll {
        Stop-Acceptance -Simulator $simulator -Folder $folder
        Reset-TestStore
    }

    It 'finds incomplete what was never collected' {
        $test = Test-JcIngestion
        "$($test.State)" | Should -Be 'Incomplete'
        $test.Message | Should -Match 'Invoke-JcCollection'
        Test-JcIngestion -Quiet | Should -BeFalse
    }

    It 'finds complete what was collected, organization by organization' {
        $null = Invoke-JcCollection
        $tests = @(Test-JcIngestion)
        $tests.Count | Should -Be 4
        $tests.State | Sort-Object -Unique | Should -Be 'Complete'
        foreach ($test in $tests) {
            $test.ApiCount | Should -Be $test.StoreCount
            $test.LedgerCount | Should -Be $test.StoreCount
        }

        $quiet = Test-JcIngestion -Quiet
        $quiet | Should -BeOfType [bool]
        $quiet | Should -BeTrue
    }

    It 'changes nothing' {
        $before = Get-JcConnector
        $rows = @(Get-JcCollectionLedger -Detail Slice | Where-Object State -EQ 'Collected').Count
        $null = Test-JcIngestion
        $after = Get-JcConnector
        $after.LastActivity, $after.StatusTime, $after.NextRun | Should -Be $before.LastActivity, $before.StatusTime, $before.NextRun
        @(Get-JcCollectionLedger -Detail Slice | Where-Object State -EQ 'Collected').Count | Should -Be $rows
    }

    It 'finds what is missing, where and how much' {
        $at = [DateTime]::UtcNow.AddHours(-5)
        $null = Send-Simulator $simulator 'events' @{
            organization = $simulator.Organizations[1].id; count = 7; from = $at.AddMinutes(-30).ToString('o'); to = $at.ToString('o')
        }
        $tests = @(Test-JcIngestion -ConnectorName 'M*')
        $bad = $tests | Where-Object State -NE 'Complete'
        $bad.OrganizationName | Should -Be $simulator.Organizations[1].name
        $bad.MissingCount | Should -Be 7
        $bad.Missing[0].From | Should -BeLessOrEqual ([DateTimeOffset] $at)
        $bad.Message | Should -Match 'Repair-JcIngestion'
        Test-JcIngestion -Quiet | Should -BeFalse
        # Where they are not.
        Test-JcIngestion -After 4h -Quiet | Should -BeTrue
        Test-JcIngestion -Before ([DateTime]::UtcNow.AddHours(-7)) -Quiet | Should -BeTrue
    }

    It 'does not know what it could not ask' {
        Set-Scenario -Simulator $simulator -Scenario @{ refusedOrganizations = @{ $simulator.Organizations[0].id = 403 } }
        try {
            $unknown = Test-JcIngestion -After 4h | Where-Object State -NE 'Complete'
            "$($unknown.State)", $unknown.StatusCode, $unknown.ErrorId | Should -Be 'Unknown', 403, 'Forbidden'
            Test-JcIngestion -After 4h -Quiet | Should -BeFalse
        }
        finally {
            Set-Scenario -Simulator $simulator -Scenario @{ refusedOrganizations = @{} }
        }
    }

    It 'is not true of nothing' {
        Test-JcIngestion -TenantName 'Nobody' -Quiet -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeFalse
        "$warnings" | Should -Match 'no events'
        Get-JcConnector -Name 'None*' | Test-JcIngestion -Quiet -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeFalse
        "$warnings" | Should -Match 'no events'
        Test-JcIngestion -Last 1m -Quiet -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeFalse
        "$warnings" | Should -Match 'nothing was tested'
        Test-JcIngestion -ConnectorName 'MSP', 'Nobody' -After 4h -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }

    It 'says what is wrong' {
        Get-ErrorId { Test-JcIngestion -ConnectorName 'Nobody' -WarningAction SilentlyContinue } | Should -Be 'ConnectorNotFound'
        Get-ErrorId { Test-JcIngestion -Last 1h -After 2h } | Should -Be 'LastAndAfter'
    }
}
