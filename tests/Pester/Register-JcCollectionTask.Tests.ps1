BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    Import-Module -Name $env:JCCONNECTOR_TEST_MODULE
    $simulator = Start-Simulator -Argument '--events', '1500', '--users', '120'
    $folder = Use-NewStore
    $address = $simulator.Address
    $null = New-JcConnector -Name 'Acme' -TenantName 'Acme Ltd' -ApiKey $simulator.Key -ContentType DirectoryInsights, SystemUser @address
}

AfterAll {
    Stop-Simulator -Simulator $simulator
    Remove-Item -Path $folder -Recurse -Force -ErrorAction SilentlyContinue
}

Describe 'Register-JcCollectionTask' {
    It 'prints under -WhatIf exactly what it would create, and creates nothing' {
        $before = @(Get-JcCollectionTask).Count
        $text = pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:JCCONNECTOR_TEST_MODULE'; Register-JcCollectionTask -Name Acceptance -IntervalMinutes 5 -WhatIf" | Out-String
        $text | Should -Match 'Start-JcCollection\.ps1'
        $text | Should -Match ([regex]::Escape($env:JCCONNECTOR_STORE))
        if ($IsLinux) {
            $text | Should -Match 'jcconnector-Acceptance\.timer'
            $text | Should -Match 'OnCalendar=\*-\*-\* \*:0/5:00'
        }
        else {
            $text | Should -Match '<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>'
        }

        @(Get-JcCollectionTask).Count | Should -Be $before
    } -Skip:(-not (Get-Command -Name pwsh -ErrorAction Ignore))

    It 'refuses <id>' -ForEach @(
        @{ id = 'InvalidTaskName'; with = @{ Name = '../etc' } }
        @{ id = 'InvalidInterval'; with = @{ IntervalMinutes = 0 } }
    ) {
        Get-ErrorId { Register-JcCollectionTask -WhatIf @with } | Should -Be $id
    }
}
