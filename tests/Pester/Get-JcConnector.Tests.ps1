BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Collected
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Get-JcConnector' {
    It 'shows how a connector fares' {
        $connector = Get-JcConnector -Name 'Acme'
        $connector.StatusMessage | Should -Be 'Healthy'
        $connector.DataAge | Should -Be 'Good'
        $connector.Streams.Count | Should -Be 2
        $connector.Lag | Should -BeLessThan ([timespan]::FromMinutes(5))
    }

    It 'shows backlog and gaps of the connector and of each stream' {
        $connector = Get-JcConnector -Name 'Acme'
        $connector.IsBehind, $connector.UnconfirmedGaps | Should -Be $false, 0
        $connector.Streams[0].IsBehind, $connector.Streams[0].UnconfirmedGaps | Should -Be $false, 0
        $connector.Streams[0].GoneSince | Should -BeNullOrEmpty
        $connector | Format-List | Out-String | Should -Match '(?m)^UnconfirmedGaps\s+: 0'
    }

    It 'takes wildcards, and says so where a name is none' {
        (Get-JcConnector -Name 'a*').Name | Should -Be 'Acme'
        Get-ErrorId { Get-JcConnector -Name 'Nobody' } | Should -Be 'ConnectorNotFound'
        Get-JcConnector -Name 'Nobody*' | Should -BeNullOrEmpty
    }

    It 'fits a console of 80 columns' {
        $lines = (Get-JcConnector | Format-Table | Out-String -Width 80) -split "`r?`n"
        ($lines | Measure-Object -Property Length -Maximum).Maximum | Should -BeLessOrEqual 80
        "$lines" | Should -Match 'Acme'
    }

    It 'keeps its scalars through serialization' {
        $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-JcConnector -Name 'Acme')))
        $copy.Name, $copy.StatusCode, $copy.IntervalMinutes | Should -Be 'Acme', 0, 5
    }

    It 'shows the last four characters of the key and no more' {
        $connector = Get-JcConnector -Name 'Acme'
        $connector.ApiKeyEnding | Should -Be $simulator.KeyText.Substring($simulator.KeyText.Length - 4)
        ($connector | Format-List -Property * | Out-String -Width 500) + ($connector | ConvertTo-Json -Depth 5) | Should -Not -Match ([regex]::Escape($simulator.KeyText))
    }

    It 'completes names' {
        $line = 'Get-JcConnector -Name Ac'
        (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText | Should -Contain 'Acme'
    }
}
