BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Test-JcConnector' {
    It 'tests each host and content type by itself' {
        $test = Test-JcConnector -Name 'Acme'
        $test.Success | Should -BeTrue
        $test.Probes.Name | Should -Be 'DNS', 'TCP', 'DNS', 'TCP', 'Organization', 'DirectoryInsights', 'SystemUser'
        Get-JcIngestedRecord | Should -BeNullOrEmpty
    }

    It 'gives a Boolean under -Quiet' {
        Test-JcConnector -Quiet | Should -BeOfType ([bool])
        Test-JcConnector -Quiet | Should -BeTrue
    }

    It 'names the part at fault, and the status shows it until a good test' -ForEach @(
        @{ kind = 'Unauthorized401'; code = 401; part = 'ApiKey' }
        @{ kind = 'PaymentRequired402'; code = 402; part = 'Licence' }
        @{ kind = 'Forbidden403'; code = 403; part = 'Role' }
    ) {
        Set-Scenario -Simulator $simulator -Scenario @{ faults = @(@{ kind = $kind; pathContains = 'events' }) }
        $test = Test-JcConnector -Name 'Acme'
        $test.Success | Should -BeFalse
        ($test.Probes | Where-Object Name -EQ 'DirectoryInsights').Part | Should -Be $part
        ($test.Probes | Where-Object Name -EQ 'SystemUser').Success | Should -BeTrue
        (Get-JcConnector -Name 'Acme').StatusCode | Should -Be $code
        Set-Scenario -Simulator $simulator -Scenario @{ faults = @() }
        Test-JcConnector -Name 'Acme' -Quiet | Should -BeTrue
        (Get-JcConnector -Name 'Acme').StatusCode | Should -Be 0
    }

    It 'reads compactly, and in detail under Format-List' {
        $test = Test-JcConnector -Name 'Acme'
        @($test | Format-Table | Out-String -Stream | Where-Object { $_ -match 'Acme' }).Count | Should -Be 1
        $test | Format-List | Out-String | Should -Match 'SystemUser at .*ok'
    }
}
