BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Remove-JcConnector' {
    It 'asks first: -WhatIf removes nothing, and -Force does not spare the preview' {
        Remove-JcConnector -Name 'Acme' -Force -WhatIf
        Get-JcConnector -Name 'Acme' | Should -Not -BeNullOrEmpty
        (Get-Command -Name Remove-JcConnector).Parameters.Keys | Should -Contain 'Confirm'
    }

    It 'says what would go in a sentence' {
        Get-ConsoleText -Command "Remove-JcConnector -Name 'Acme' -WhatIf" |
            Should -Match "What if: Remove connector 'Acme' of tenant 'Acme Ltd' with its API key and its position\. Its records stay\."
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
