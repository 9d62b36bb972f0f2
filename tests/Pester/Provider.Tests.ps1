BeforeDiscovery {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
}

Describe 'A provider of the Multi-Tenant Portal' -Skip:(Test-SimulatorMissing) {
    BeforeAll {
        . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
        Import-Module -Name $env:JCCONNECTOR_TEST_MODULE -Force
        $script:simulator = Start-CountedSimulator '--provider --organizations 3 --events 100 --portal-events 20 --span 12h'
    }

    AfterAll {
        Stop-Simulator $simulator
        Reset-TestStore
    }

    BeforeEach {
        [void] (New-TestStore)
    }

    It 'is collected with all its organizations and the portal, each by its name' {
        [void] (Add-TestConnector 'MSP' -Simulator $simulator -With @{ ProviderId = $simulator.ProviderId })
        $results = @(Invoke-JcCollection)
        $results | Where-Object { $_.ErrorId } | Should -BeNullOrEmpty
        foreach ($organization in $simulator.Organizations) {
            ($results | Where-Object { $_.OrganizationId -eq $organization.id }).New | Should -Be 100
            @(Get-JcIngestedRecord -Organization $organization.name).Count | Should -Be 100
        }

        @(Get-JcIngestedRecord).Count | Should -Be 320
        (Get-JcConnector).Streams.Count | Should -Be 4
    }

    It 'finds an organization that is new, and shows those that fail among the others' {
        [void] (Add-TestConnector 'MSP' -Simulator $simulator -With @{ ProviderId = $simulator.ProviderId })
        [void] (Send-Simulator $simulator 'scenario' @{ faults = @(@{ kind = 'PaymentRequired402'; organizationId = $simulator.Organizations[1].id }) })
        try {
            $results = @(Invoke-JcCollection)
        }
        finally {
            [void] (Send-Simulator $simulator 'scenario' @{ faults = @() })
        }

        ($results | Where-Object { $_.OrganizationId -eq $simulator.Organizations[1].id }).StatusCode | Should -Be 402
        @($results | Where-Object { -not $_.ErrorId }).Count | Should -Be ($results.Count - 1)
        $connector = Get-JcConnector
        $connector.StatusCode | Should -Be 402
        @($connector.Streams | Where-Object { $_.StatusCode -eq 402 }).OrganizationName | Should -Be $simulator.Organizations[1].name
        @(Get-JcIngestedRecord).Count | Should -Be 220

        $added = (Send-Simulator $simulator 'organizations' @{ name = 'Newcomer'; events = 40 }).organizations | Where-Object { $_.name -eq 'Newcomer' }
        try {
            [void] (Invoke-JcCollection -Force)
            @(Get-JcIngestedRecord -Organization $simulator.Organizations[1].name).Count | Should -Be 100
            (Get-JcConnector).StatusCode | Should -Be 0
            (Get-JcConnector).Streams.OrganizationName | Should -Contain 'Newcomer'
        }
        finally {
            [void] (Send-Simulator $simulator 'organizations' @{ remove = $added.id })
        }
    }

    It 'can be collected for one organization alone' {
        [void] (Add-TestConnector 'One' -Simulator $simulator -With @{ OrganizationId = $simulator.Organizations[2].id })
        $result = Invoke-JcCollection
        $result.OrganizationId | Should -Be $simulator.Organizations[2].id
        $result.New | Should -Be 100
        @(Get-JcIngestedRecord | ForEach-Object { $_.OrganizationId } | Select-Object -Unique) | Should -Be $simulator.Organizations[2].id
    }
}
