BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $script:skip = Test-SimulatorMissing
}

Describe 'Repair-JcIngestion' -Skip:$skip {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
        $simulator = Start-CountedSimulator -Options '--events', '400', '--organizations', '3', '--provider'
        $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "jcc-pester-store-$([guid]::NewGuid().ToString('N'))")
        $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'store')
        $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keys')
        $null = Add-TestConnector -Name 'MSP' -Simulator $simulator -With @{ ProviderId = $simulator.ProviderId }
        $null = Invoke-JcCollection

        function Add-Missing {
            param([int] $Organization, [int] $Count, [int] $HoursAgo)

            $at = [DateTime]::UtcNow.AddHours(-$HoursAgo)
            $null = Send-Simulator $simulator 'events' @{
                organization = $simulator.Organizations[$Organization].id; count = $Count; from = $at.AddMinutes(-30).ToString('o'); to = $at.ToString('o')
            }
        }
    }

    AfterAll {
        Stop-Acceptance -Simulator $simulator -Folder $folder
        Reset-TestStore
    }

    It 'leaves what is complete' {
        Test-JcIngestion | Repair-JcIngestion | Should -BeNullOrEmpty
        @(Test-JcIngestion | Repair-JcIngestion -Verbose 4>&1 | Where-Object { $_ -match 'is complete' }).Count | Should -Be 4
    }

    It 'says what it would read, and reads nothing under -WhatIf' {
        Add-Missing -Organization 0 -Count 7 -HoursAgo 9
        Add-Missing -Organization 2 -Count 4 -HoursAgo 5
        Test-JcIngestion | Repair-JcIngestion -WhatIf | Should -BeNullOrEmpty
        $text = Get-ConsoleText -Command "Test-JcIngestion -StorePath '$env:JCCONNECTOR_STORE' | Repair-JcIngestion -WhatIf"
        $text | Should -Match "Read again: 7 missing events in 1 span.*$($simulator.Organizations[0].name)"
        $text | Should -Match "Read again: 4 missing events in 1 span.*$($simulator.Organizations[2].name)"
        (Test-JcIngestion | Measure-Object -Property MissingCount -Sum).Sum | Should -Be 11
    }

    It 'fetches what is missing, and that alone' {
        $results = @(Test-JcIngestion | Repair-JcIngestion)
        $results.State | Should -Be 'Collected', 'Collected'
        $results.New | Sort-Object | Should -Be 4, 7
        Test-JcIngestion -Quiet | Should -BeTrue
        @(Get-JcCollectionLedger -Detail Slice | Where-Object Kind -EQ 'Reread').OrganizationName | Sort-Object -Unique |
            Should -Be ($simulator.Organizations[0].name, $simulator.Organizations[2].name | Sort-Object)
    }

    It 'works on the store that was tested, also as an argument' {
        Add-Missing -Organization 1 -Count 3 -HoursAgo 3
        $tests = Test-JcIngestion
        $store = $env:JCCONNECTOR_STORE
        $env:JCCONNECTOR_STORE = [System.IO.Path]::Combine($folder, 'another')
        try {
            (Repair-JcIngestion -InputObject $tests).New | Should -Be 3
            Test-Path -Path $env:JCCONNECTOR_STORE | Should -BeFalse
        }
        finally {
            $env:JCCONNECTOR_STORE = $store
        }
    }

    It 'warns of what it cannot repair' {
        Set-Scenario -Simulator $simulator -Scenario @{ refusedOrganizations = @{ $simulator.Organizations[0].id = 403 } }
        try {
            Test-JcIngestion | Repair-JcIngestion -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            "$warnings" | Should -Match 'Nothing that can be repaired'
        }
        finally {
            Set-Scenario -Simulator $simulator -Scenario @{ refusedOrganizations = @{} }
        }
    }

    It 'says what is wrong' {
        Add-Missing -Organization 1 -Count 2 -HoursAgo 3
        $tests = Test-JcIngestion
        Remove-JcConnector -Name 'MSP' -Force
        Get-ErrorId { $tests | Repair-JcIngestion } | Should -Be 'ConnectorNotFound'
        $null = Add-TestConnector -Name 'MSP' -Simulator $simulator -With @{ ProviderId = $simulator.ProviderId }
        Get-ErrorId { $tests | Repair-JcIngestion } | Should -Be 'TestOutdated'
        Get-ErrorId { 'MSP' | Repair-JcIngestion } | Should -Not -BeNullOrEmpty
    }
}
