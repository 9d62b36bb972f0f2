BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Import-JcConnector' {
    It 'brings the connectors of one store to another, and doubles none' {
        $file = [System.IO.Path]::Combine($folder, 'all.json')
        $null = Export-JcConnector -Path $file
        $other = @{ StorePath = [System.IO.Path]::Combine($folder, 'other') }
        (Import-JcConnector -Path $file -ApiKey $simulator.Key @other).Outcome | Should -Be 'Added'
        (Import-JcConnector -Path $file -ApiKey $simulator.Key @other).Outcome | Should -Be 'Unchanged'
        Test-JcConnector -Name 'Acme' -Quiet @other | Should -BeTrue
    }

    It 'tells each line''s fate' {
        $file = [System.IO.Path]::Combine($folder, 'lines.csv')
        Set-Content -Path $file -Value 'Name,TenantName,ContentType,IntervalMinutes', 'Acme,Acme Ltd,DirectoryInsights;SystemUser,30', 'New,New Ltd,SystemUser,', 'Bad,Bad Ltd,Everything,', 'Slow,Slow Ltd,SystemUser,0'
        $lines = Import-JcConnector -Path $file
        $lines.Line | Should -Be 2, 3, 4, 5
        $lines.Outcome | Should -Be 'Skipped', 'Added', 'Failed', 'Failed'
        $lines[2].ErrorId, $lines[3].ErrorId | Should -Be 'InvalidValue', 'InvalidInterval'
        $lines[1].Message | Should -Match 'no API key yet'
        (Import-JcConnector -Path $file -Update)[0].Outcome | Should -Be 'Updated'
        (Get-JcConnector -Name 'Acme').IntervalMinutes | Should -Be 30
    }

    It 'refuses a file with keys in clear, and one with a column that there is not' {
        $file = [System.IO.Path]::Combine($folder, 'clear.csv')
        Set-Content -Path $file -Value 'Name,TenantName,ContentType,ApiKey', 'Clear,T,SystemUser,jca_in_clear'
        Get-ErrorId { Import-JcConnector -Path $file } | Should -Be 'PlainTextApiKey'
        Set-Content -Path $file -Value 'Name,TenantName,ContentType,Intervall', 'Clear,T,SystemUser,5'
        Get-ErrorId { Import-JcConnector -Path $file } | Should -Be 'InvalidConnectorFile'
        Get-ErrorId { Import-JcConnector -Path ($file + '.none') } | Should -Be 'FileNotFound'
        Get-JcConnector -Name 'Clear*' | Should -BeNullOrEmpty
    }

    It 'adds nothing under -WhatIf' {
        $file = [System.IO.Path]::Combine($folder, 'dry.csv')
        Set-Content -Path $file -Value 'Name,TenantName,ContentType', 'Dry,T,SystemUser'
        Import-JcConnector -Path $file -WhatIf
        Get-JcConnector -Name 'Dry*' | Should -BeNullOrEmpty
    }
}
