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

Describe 'Unregister-JcCollectionTask' {
    It 'says which name there is not' {
        Get-ErrorId { Unregister-JcCollectionTask -Name 'no-such-task' -Confirm:$false } | Should -Be 'TaskNotFound'
    }

    It 'asks first' {
        (Get-Command -Name Unregister-JcCollectionTask).Parameters.Keys | Should -Contain 'Confirm'
    }
}
