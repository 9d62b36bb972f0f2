BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Disable-JcConnector' {
    It 'switches a connector off and keeps its state' {
        $before = Get-JcConnector -Name 'Acme'
        Enable-JcConnector -Name 'Acme'
        $after = Disable-JcConnector -Name 'Acme' -PassThru
        $after.Enabled | Should -Be $false
        $after.Streams[0].Watermark | Should -Be $before.Streams[0].Watermark
        $after.ApiKeyEnding | Should -Be $before.ApiKeyEnding
    }

    It 'lets it rest' {
        Disable-JcConnector -Name 'Acme'
        $results = Invoke-JcCollection -ConnectorName 'Acme' -Force
        $results.State | Should -Be 'Inactive'; $results.ErrorId | Should -Be 'ConnectorDisabled'
    }

    It 'takes the pipeline and wildcards, and changes nothing under -WhatIf' {
        Enable-JcConnector -Name 'Acme'
        Disable-JcConnector -Name 'A*' -WhatIf
        (Get-JcConnector -Name 'Acme').Enabled | Should -Be $true
        Get-JcConnector | Disable-JcConnector
        (Get-JcConnector -Name 'Acme').Enabled | Should -Be $false
    }

    It 'says which name there is not' {
        Get-ErrorId { Disable-JcConnector -Name 'Nobody' } | Should -Be 'ConnectorNotFound'
    }
}
