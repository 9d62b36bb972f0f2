BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
    $simulator = Start-Simulator -Argument '--events', '1500', '--users', '120'
    $folder = Use-NewStore
    $address = $simulator.Address
    $null = New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ApiKey $simulator.Key -ContentType DirectoryInsights, SystemUser @address
    $null = Invoke-JcCollection
}

AfterAll {
    Stop-Simulator -Simulator $simulator
    Remove-Item -Path $folder -Recurse -Force -ErrorAction SilentlyContinue
}

Describe 'Remove-JcConnector' {
    It 'asks first: -WhatIf removes nothing, and -Force does not spare the preview' {
        Remove-JcConnector -Name 'Acme' -Force -WhatIf
        Get-JcConnector -Name 'Acme' | Should -Not -BeNullOrEmpty
        (Get-Command -Name Remove-JcConnector).Parameters.Keys | Should -Contain 'Confirm'
    }

    It 'leaves the records' {
        Remove-JcConnector -Name 'Acme' -Confirm:$false
        Get-JcConnector | Should -BeNullOrEmpty
        (Get-JcIngestedRecord -ConnectorName 'Acme').Count | Should -BeGreaterThan 1000
    }

    It 'removes the records too where that is asked for, and no others' {
        $null = New-JcConnector -Name 'Gone' -TenantName 'T' -ApiKey $simulator.Key -ContentType SystemUser @address
        $null = Invoke-JcCollection -ConnectorName 'Gone'
        (Get-JcIngestedRecord -ConnectorName 'Gone').Count | Should -Be 120
        Get-JcConnector -Name 'Gone' | Remove-JcConnector -RemoveRecords -Force
        Get-JcIngestedRecord -ConnectorName 'Gone' | Should -BeNullOrEmpty
        (Get-JcIngestedRecord -ConnectorName 'Acme').Count | Should -BeGreaterThan 1000
    }

    It 'says which name there is not' {
        Get-ErrorId { Remove-JcConnector -Name 'Nobody' -Force } | Should -Be 'ConnectorNotFound'
    }
}
