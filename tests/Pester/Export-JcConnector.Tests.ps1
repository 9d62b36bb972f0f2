BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Export-JcConnector' {
    It 'writes <_> without the key, and replaces a file only by force' -ForEach 'connectors.csv', 'connectors.json' {
        $file = [System.IO.Path]::Combine($folder, $_)
        (Export-JcConnector -Path $file).FullName | Should -Be $file
        $text = Get-Content -Path $file -Raw
        $text | Should -Match 'Acme Ltd'
        $text | Should -Not -Match ([regex]::Escape($simulator.KeyText))
        Get-ErrorId { Export-JcConnector -Path $file } | Should -Be 'FileExists'
        { Export-JcConnector -Path $file -Force } | Should -Not -Throw
    }

    It 'writes what other tools read' {
        (Import-Csv -Path ([System.IO.Path]::Combine($folder, 'connectors.csv')))[0].ContentType | Should -Be 'DirectoryInsights;SystemUser'
        (Get-Content -Path ([System.IO.Path]::Combine($folder, 'connectors.json')) -Raw | ConvertFrom-Json)[0].Name | Should -Be 'Acme'
    }

    It 'writes nothing under -WhatIf' {
        $file = [System.IO.Path]::Combine($folder, 'dry.json')
        Export-JcConnector -Path $file -WhatIf
        Test-Path -Path $file | Should -BeFalse
    }

    It 'says in clear words that a folder is no file' {
        Get-ErrorId { Export-JcConnector -Path $folder } | Should -Be 'FileNotWritten'
        foreach ($path in $folder, [System.IO.Path]::Combine($folder, 'none', 'a.json')) {
            Export-JcConnector -Path $path -ErrorAction SilentlyContinue -ErrorVariable fault
            "$fault" | Should -Match 'folder'
            "$fault" | Should -Not -Match '\.tmp'
        }
    }
}
