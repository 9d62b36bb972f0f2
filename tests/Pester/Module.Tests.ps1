BeforeAll {
    $manifest = $env:JCCONNECTOR_TEST_MODULE
    Import-Module -Name $manifest -Force
}

Describe 'Module' {
    It 'has a manifest that PowerShell accepts' {
        { Test-ModuleManifest -Path $manifest -ErrorAction Stop } | Should -Not -Throw
    }

    It 'exports what its manifest names' {
        $named = (Import-PowerShellDataFile -Path $manifest).CmdletsToExport | Sort-Object
        (Get-Command -Module JumpCloudConnector).Name | Sort-Object | Should -Be $named
    }

    It 'uses approved verbs' {
        $approved = (Get-Verb).Verb
        Get-Command -Module JumpCloudConnector | Where-Object { $_.Verb -notin $approved } | Should -BeNullOrEmpty
    }

    It 'imports again, by force, and after removal' {
        Import-Module -Name $manifest
        Import-Module -Name $manifest -Force
        Get-Command -Name Get-JcConnector -Module JumpCloudConnector | Should -Not -BeNullOrEmpty
        Remove-Module -Name JumpCloudConnector
        Get-Command -Name Get-JcConnector -ErrorAction Ignore | Should -BeNullOrEmpty
        Import-Module -Name $manifest
        Get-Command -Name Get-JcConnector -Module JumpCloudConnector | Should -Not -BeNullOrEmpty
    }

    It 'imports without a word of warning' {
        $warnings = & { Import-Module -Name $manifest -Force } 3>&1
        $warnings | Should -BeNullOrEmpty
    }

    It 'is found by name in a new process' {
        $path = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($manifest))
        $shell = (Get-Process -Id $PID).Path
        $previous = $env:PSModulePath
        try {
            $env:PSModulePath = $path + [System.IO.Path]::PathSeparator + $previous
            & $shell -NoProfile -NonInteractive -Command '(Get-Command Get-JcConnector).ModuleName' | Should -Be 'JumpCloudConnector'
        }
        finally {
            $env:PSModulePath = $previous
        }
    }

    It 'keeps its assemblies to itself' -Skip:($PSVersionTable.PSEdition -ne 'Core') {
        $contexts = foreach ($assembly in [AppDomain]::CurrentDomain.GetAssemblies()) {
            if ($assembly.GetName().Name -eq 'JumpCloudConnector.Cmdlets') {
                [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($assembly).Name
            }
        }
        $contexts | Select-Object -Unique | Should -Be 'JumpCloudConnector'
    }

    It 'works beside another version of one of its dependencies' -Skip:($PSVersionTable.PSEdition -ne 'Core') {
        # An assembly of the same name that has nothing in it, loaded first, as another module would.
        $shell = (Get-Process -Id $PID).Path
        $script = [System.IO.Path]::Combine($TestDrive, 'beside.ps1')
        Set-Content -Path $script -Value @'
param($Manifest, $Folder)
$file = [System.IO.Path]::Combine($Folder, 'Polly.Core.dll')
Add-Type -TypeDefinition 'namespace Polly { public static class Stranger { } }' -OutputAssembly $file
[void] [System.Reflection.Assembly]::LoadFrom($file)
Import-Module $Manifest
[void] (Get-JcConnector -WarningAction SilentlyContinue)
(Get-Module JumpCloudConnector).ExportedCmdlets.Count
'@
        $count = & $shell -NoProfile -NonInteractive -File $script $manifest "$TestDrive"
        [int] $count | Should -Be @((Import-PowerShellDataFile -Path $manifest).CmdletsToExport).Count
    }

    # On Windows the default folder is the machine's, which no variable moves. Its own PowerShell has no $IsWindows to ask.
    It 'says where there is no store yet, for what needs one: <_>' -Skip:($PSVersionTable.PSEdition -ne 'Core' -or $IsWindows) -ForEach @(
        'Get-JcIngestedRecord', 'Measure-JcIngestedRecord', 'Export-JcIngestedRecord -Path (Join-Path $TestDrive none.ndjson)', 'Invoke-JcCollection', 'Send-JcSyslog',
        'Test-JcConnector', 'Test-JcIngestion', 'Get-JcCollectionLedger', 'Get-JcCollectionGap', 'Get-JcStore', 'Test-JcStore', 'Test-JcSyslogDestination'
    ) {
        $store, $data = $env:JCCONNECTOR_STORE, $env:XDG_DATA_HOME
        try {
            $env:JCCONNECTOR_STORE, $env:XDG_DATA_HOME = $null, "$TestDrive"
            $told = @(& ([scriptblock]::Create($_)) 3>&1)
            $told | Should -HaveCount 1
            "$told" | Should -BeLike "There is no store in '$TestDrive*' yet. New-JcConnector makes it*-StorePath*JCCONNECTOR_STORE*"
            @(Get-JcConnector 3>&1; Get-JcSyslogDestination 3>&1; Get-JcLogFilter 3>&1) | Should -BeNullOrEmpty
        }
        finally {
            $env:JCCONNECTOR_STORE, $env:XDG_DATA_HOME = $store, $data
        }
    }

    It 'works in the runspaces of ForEach-Object -Parallel' -Skip:($PSVersionTable.PSEdition -ne 'Core') {
        $folder = [System.IO.Path]::Combine($TestDrive, 'parallel')
        $names = 1..10 | ForEach-Object -ThrottleLimit 10 -Parallel {
            Import-Module -Name $using:manifest
            $key = [securestring]::new()
            'jca_PesterKeyThatNothingAccepts00wxyz'.ToCharArray() | ForEach-Object { $key.AppendChar($_) }
            $null = New-JcConnector -Name "Parallel $_" -TenantName 'Acme Ltd' -ApiKey $key -ContentType SystemUser -StorePath $using:folder
            (Get-JcConnector -Name "Parallel $_" -StorePath $using:folder).Name
        }
        $names | Sort-Object | Should -Be (1..10 | ForEach-Object { "Parallel $_" } | Sort-Object)
        @(Get-JcConnector -StorePath $folder) | Should -HaveCount 10
    }
}
