BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Common.ps1'))
    $simulator, $folder, $address = Start-Acceptance -Connector
}

AfterAll {
    Stop-Acceptance -Simulator $simulator -Folder $folder
}

Describe 'Invoke-JcCollection' {
    It 'gives a result for each stream, and nothing twice' {
        $results = Invoke-JcCollection
        $results.State | Should -Be 'Collected', 'Collected'
        ($results | Where-Object ContentType -EQ 'SystemUser').New | Should -Be 120
        $again = Invoke-JcCollection -Force
        ($again | Where-Object ContentType -EQ 'SystemUser').New | Should -Be 0
    }

    It 'leaves alone what is not due, and says so where it is asked by name' {
        Invoke-JcCollection | Should -BeNullOrEmpty
        (Invoke-JcCollection -ConnectorName 'Acme').State | Should -Be 'NotDue', 'NotDue'
    }

    It 'gives the new records under -OutputRecord' {
        $null = Invoke-RestMethod -Method Post -Uri "$($simulator.ConsoleUri)_simulator/users" -Body '{"add":5}' -ContentType 'application/json'
        $records = Invoke-JcCollection -ConnectorName 'Acme' -Force -OutputRecord | Where-Object MsgClass -EQ 'jumpcloud_systemuser'
        $records.Count | Should -Be 5
        $records.EventType | Sort-Object -Unique | Should -Be 'systemuser_added'
    }

    It 'goes on with the others where one fails, and says what to do' {
        $null = New-JcConnector -Name 'Bad' -TenantName 'T' -ApiKey (New-Secret -Text 'jca_wrong_0123456789abcdef') -ContentType SystemUser @address
        $results = Invoke-JcCollection -Force
        @($results | Where-Object State -EQ 'Collected').Count | Should -Be 2
        $failed = $results | Where-Object ConnectorName -EQ 'Bad'
        $failed.StatusCode, $failed.ErrorId | Should -Be 401, 'Unauthorized'
        $failed.ErrorMessage | Should -Match 'Set-JcConnector'
        Remove-JcConnector -Name 'Bad' -Force
    }

    It 'takes connectors from the pipeline' {
        (Get-JcConnector -Name 'Acme' | Invoke-JcCollection -Force).ConnectorName | Should -Be 'Acme', 'Acme'
        Get-JcConnector -Name 'None*' | Invoke-JcCollection -Force | Should -BeNullOrEmpty
    }

    It 'keeps a log of its turns' {
        $lines = Get-Content -Path ([System.IO.Path]::Combine($env:JCCONNECTOR_STORE, 'log', 'collection.jsonl')) | ConvertFrom-Json
        @($lines | Where-Object state -EQ 'Collected').Count | Should -BeGreaterThan 3
        @($lines | Where-Object error_id -EQ 'Unauthorized').Count | Should -Be 1
    }
}
