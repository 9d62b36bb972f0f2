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

Describe 'Test-JcLogFilter' {
    It 'says what a filter would exclude, and excludes nothing' {
        $null = New-JcLogFilter -Name 'Failures' -Condition 'event_status Equal failure'
        $before = (Get-JcIngestedRecord).Count
        $test = Test-JcLogFilter -Name 'Failures'
        $test.Excluded | Should -Be (Get-JcIngestedRecord -EventStatus failure).Count
        $test.Tested | Should -Be $before
        $test.Sample.Count | Should -BeGreaterThan 0
        (Get-JcIngestedRecord).Count | Should -Be $before
        (Get-JcLogFilter -Name 'Failures').Excluded | Should -Be 0
    }

    It 'looks at a period' {
        (Test-JcLogFilter -Name 'Failures' -Last 1m).Tested | Should -BeLessThan (Test-JcLogFilter -Name 'Failures' -Last 2d).Tested
    }
}
