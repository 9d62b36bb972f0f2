BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
    $simulator = Start-Simulator -Argument '--events', '1500', '--users', '120'
    $folder = Use-NewStore
    $address = $simulator.Address
}

AfterAll {
    Stop-Simulator -Simulator $simulator
    Remove-Item -Path $folder -Recurse -Force -ErrorAction SilentlyContinue
}

Describe 'Get-JcCollectionTask' {
    It 'says which name there is not' {
        Get-ErrorId { Get-JcCollectionTask -Name 'no-such-task' } | Should -Be 'TaskNotFound'
        Get-JcCollectionTask -Name 'no-such-*' | Should -BeNullOrEmpty
    }
}
