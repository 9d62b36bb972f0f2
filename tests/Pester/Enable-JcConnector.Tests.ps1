BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Enable-JcConnector' {
    It 'switches a connector on and keeps its state' {
        $before = Get-JcConnector -Name 'Acme'
        Disable-JcConnector -Name 'Acme'
        $after = Enable-JcConnector -Name 'Acme' -PassThru
        $after.Enabled | Should -Be $true
        $after.Streams[0].Watermark | Should -Be $before.Streams[0].Watermark
        $after.ApiKeyEnding | Should -Be $before.ApiKeyEnding
    }

    It 'lets it collect again' {
        Disable-JcConnector -Name 'Acme'; Enable-JcConnector -Name 'Acme'
        $results = Invoke-JcCollection -ConnectorName 'Acme' -Force
        $results.State | Should -Be 'Collected', 'Collected'
    }

    It 'takes the pipeline and wildcards, and changes nothing under -WhatIf' {
        Disable-JcConnector -Name 'Acme'
        Enable-JcConnector -Name 'A*' -WhatIf
        (Get-JcConnector -Name 'Acme').Enabled | Should -Be $false
        Get-JcConnector | Enable-JcConnector
        (Get-JcConnector -Name 'Acme').Enabled | Should -Be $true
    }

    It 'says which name there is not' {
        Get-ErrorId { Enable-JcConnector -Name 'Nobody' } | Should -Be 'ConnectorNotFound'
    }
}
