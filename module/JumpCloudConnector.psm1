# Windows PowerShell 5.1 reads this file too, and nothing here may need more than the bare engine
# (no Join-Path, Test-Path or Add-Type), so that a program that hosts PowerShell can import the module.

if ($PSVersionTable.PSEdition -eq 'Core') {
    if ([Environment]::Version.Major -lt 8) {
        throw "JumpCloudConnector needs PowerShell 7.4 or later; this is $($PSVersionTable.PSVersion). Install a current PowerShell 7, or use Windows PowerShell 5.1."
    }

    $framework = 'net8.0'
}
else {
    # Windows PowerShell itself runs on any .NET Framework 4; what it has is only in the registry (461808 is 4.7.2).
    $release = [Microsoft.Win32.Registry]::GetValue('HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full', 'Release', 0)
    if ($release -lt 461808) {
        throw 'JumpCloudConnector needs .NET Framework 4.7.2 or later on this computer. Install it with Windows Update, or use PowerShell 7.4 or later.'
    }

    $framework = 'net472'
}

# Two versions side by side would end in "a cmdlet of that name already exists".
foreach ($other in Get-Module -Name 'JumpCloudConnector') {
    if ($other.ModuleBase -ne $PSScriptRoot) {
        throw "JumpCloudConnector $($other.Version) from $($other.ModuleBase) is imported in this session. Run 'Remove-Module JumpCloudConnector' first, or start a new session."
    }
}

$folder = [System.IO.Path]::Combine($PSScriptRoot, 'bin', $framework)

# A process has one loader, whichever copy of the module brought it.
$loader = $null
foreach ($assembly in [AppDomain]::CurrentDomain.GetAssemblies()) {
    if ($assembly.GetName().Name -eq 'JumpCloudConnector.Loader') { $loader = $assembly }
}

if ($null -eq $loader) {
    $loader = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($folder, 'JumpCloudConnector.Loader.dll'))
}

$cmdlets = $loader.GetType('JumpCloudConnector.Loader.ModuleAssemblies', $true)::Load($folder)
$inner = Import-Module -Assembly $cmdlets -PassThru -ErrorAction Stop

# PowerShell keeps the nested module when this one is removed, and a later import would then find it "already there"
# and export no cmdlets.
$ExecutionContext.SessionState.Module.OnRemove = { Remove-Module -ModuleInfo $inner -Force -ErrorAction Ignore }
