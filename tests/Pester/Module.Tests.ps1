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
