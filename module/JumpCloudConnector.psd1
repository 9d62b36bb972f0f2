@{
    RootModule             = 'JumpCloudConnector.psm1'
    ModuleVersion          = '0.1.0'
    GUID                   = 'f6da3a90-9de3-4ec6-aa75-448fe4d2ffdb'
    Author                 = 'JumpCloudConnector contributors'
    CompanyName            = 'JumpCloudConnector contributors'
    Copyright              = 'Copyright (c) JumpCloudConnector contributors. MIT License.'
    Description            = 'Collects JumpCloud Directory Insights events and system users without loss, keeps them as Interflow records in an embedded store, finds them again at the prompt and forwards them to syslog.'
    CompatiblePSEditions   = @('Desktop', 'Core')
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.7.2'
    FormatsToProcess       = @('JumpCloudConnector.Format.ps1xml')
    TypesToProcess         = @('JumpCloudConnector.Types.ps1xml')
    FunctionsToExport      = @()
    CmdletsToExport        = @(
        'Backup-JcStore'
        'Confirm-JcCollectionGap'
        'Disable-JcConnector'
        'Enable-JcConnector'
        'Export-JcConnector'
        'Export-JcIngestedRecord'
        'Get-JcAnalyzerProfile'
        'Get-JcCollectionGap'
        'Get-JcCollectionLedger'
        'Get-JcCollectionTask'
        'Get-JcConnector'
        'Get-JcIngestedRecord'
        'Get-JcLogFilter'
        'Get-JcStore'
        'Get-JcSyslogDestination'
        'Import-JcConnector'
        'Invoke-JcCollection'
        'Measure-JcIngestedRecord'
        'New-JcAnalyzerProfile'
        'New-JcConnector'
        'New-JcLogFilter'
        'New-JcSyslogDestination'
        'Register-JcCollectionTask'
        'Remove-JcAnalyzerProfile'
        'Remove-JcConnector'
        'Remove-JcIngestedRecord'
        'Remove-JcLogFilter'
        'Remove-JcSyslogDestination'
        'Repair-JcIngestion'
        'Send-JcSyslog'
        'Set-JcConnector'
        'Set-JcLogFilter'
        'Set-JcStore'
        'Set-JcSyslogDestination'
        'Test-JcConnector'
        'Test-JcIngestion'
        'Test-JcLogFilter'
        'Test-JcStore'
        'Test-JcSyslogDestination'
        'Unregister-JcCollectionTask'
    )
    VariablesToExport      = @()
    AliasesToExport        = @()
    PrivateData            = @{
        PSData = @{
            LicenseUri   = 'https://licenses.nuget.org/MIT'
            ReleaseNotes = 'What is new is in CHANGELOG.md, which comes with the module.'
            Tags         = @('JumpCloud', 'DirectoryInsights', 'Security', 'SIEM', 'Audit', 'Interflow', 'Syslog', 'PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
        }
    }
}
