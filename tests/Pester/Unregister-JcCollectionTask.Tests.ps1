BeforeDiscovery {
    $mac = [bool] (Get-Variable -Name IsMacOS -ValueOnly -ErrorAction Ignore)
}

BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
}

Describe 'Unregister-JcCollectionTask' {
    It 'says which name there is not' -Skip:$mac {
        Get-ErrorId { Unregister-JcCollectionTask -Name 'no-such-task' -Confirm:$false } | Should -Be 'TaskNotFound'
    }

    It 'asks first' {
        (Get-Command -Name Unregister-JcCollectionTask).Parameters.Keys | Should -Contain 'Confirm'
    }
}
