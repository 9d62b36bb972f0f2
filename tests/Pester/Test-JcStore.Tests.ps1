BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Test-JcStore' {
    It 'finds a store that was collected sound' {
        (Test-JcStore).State | Should -Be 'Healthy'
        Test-JcStore -Full -Quiet | Should -BeTrue
    }

    It 'says False of a store that is not there' {
        Test-JcStore -StorePath (Join-Path $TestDrive 'none') -Quiet -ErrorAction SilentlyContinue | Should -BeFalse
    }
}
