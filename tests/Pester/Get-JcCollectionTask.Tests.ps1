BeforeDiscovery {
    $mac = [bool] (Get-Variable -Name IsMacOS -ValueOnly -ErrorAction Ignore)
}

BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
}

Describe 'Get-JcCollectionTask' {
    It 'says which name there is not' -Skip:$mac {
        Get-ErrorId { Get-JcCollectionTask -Name 'no-such-task' } | Should -Be 'TaskNotFound'
        Get-JcCollectionTask -Name 'no-such-*' | Should -BeNullOrEmpty
    }
}
