BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Get-JcAnalyzerProfile' {
    It 'always has the one named Default, with its connectors' {
        $default = Get-JcAnalyzerProfile -Name 'Default'
        $default.ConnectorName | Should -Be 'Acme'
        Get-ErrorId { Get-JcAnalyzerProfile -Name 'Nowhere' } | Should -Be 'AnalyzerProfileNotFound'
    }

    It 'completes names' {
        $null = New-JcAnalyzerProfile -Name 'Branch office'
        $line = 'Set-JcConnector Acme -AnalyzerProfile Bra'
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Contain "'Branch office'"
    }

    It 'has Default before there is a store, and warns of the folder that the environment names' {
        $before = $env:JCCONNECTOR_STORE
        try {
            $store = New-TestStore
            $profiles = Get-JcAnalyzerProfile -WarningVariable warning -WarningAction SilentlyContinue
            $profiles.Name | Should -Be 'Default'
            $profiles.StorePath | Should -Be $store
            "$warning" | Should -Match "no store in '$([regex]::Escape($store))'.*JCCONNECTOR_STORE"
            Get-JcAnalyzerProfile -Name 'X*' -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            Get-ErrorId { Remove-JcAnalyzerProfile -Name 'Default' -WarningAction SilentlyContinue } | Should -Be 'AnalyzerProfileFixed'
            Test-Path -Path $store | Should -BeFalse
        }
        finally {
            $env:JCCONNECTOR_STORE = $before
            $env:JCCONNECTOR_KEYRING = [System.IO.Path]::Combine($folder, 'keys')
        }
    }
}
