BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
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
