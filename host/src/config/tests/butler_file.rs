//! A file as Butler's users have it: the sections that Steward reads among many that it does not.

use super::{accept, read};
use crate::config::butler::influx::RetentionPolicy;
use crate::config::butler::license_release::FlagRule;
use crate::config::butler::webhook::HttpMethod;

const BUTLER: &str = "\
---
# A site's own file.
Butler:
    logLevel: info
    fileLogging: true
    configVisualisation: { enable: false, host: localhost, port: 3100 }
    qlikSenseCloud:
        enable: false
        event: { mqtt: { tenant: { id: tenant.region.qlikcloud.test } } }
    influxDb:
        enable: true
        hostIP: influx.acme.test
        hostPort: 8087
        auth: { enable: true, username: joe, password: secret }
        dbName: butler
        retentionPolicy: { name: 10d, duration: 10d }
        tag:
            static:
                # - name: butler_instance
                #   value: dev
        reloadTaskFailure: { enable: true, tag: { dynamic: { useAppTags: true } } }
    qlikSenseLicense:
        serverLicenseMonitor:
            enable: true
            frequency: every 24 hours
            alert:
                thresholdDays: 30
            destination:
                influxDb: { enable: true, tag: { static: [ { name: foo, value: bar } ] } }
                mqtt: { enable: true, sendRecurring: { enable: true }, sendAlert: { enable: false } }
                webhook: { enable: false, sendRecurring: { enable: true }, sendAlert: { enable: true } }
        licenseMonitor:
            enable: true
            frequency: every 6 hours
            destination:
                influxDb:
                    enable: true
                    tag:
                        static:
                            - name: foo
                              value: bar
        licenseRelease:
            enable: true
            dryRun: false
            frequency: at 5:15 am
            neverRelease:
                user:
                    - userDir: 'INTERNAL'
                      userId: 'sa_repository'
                    - userDir: USERDIR
                      userId: qs_admin_account
                tag:
                    - License do not release
                customProperty:
                    - name: LicenseManage
                      value: do-not-release
                userDirectory:
                inactive:
                    ignore # on a line of its own
                blocked: Yes
                removedExternally: NO
            licenseType:
                analyzer:
                    enable: true
                    releaseThresholdDays: 30
                professional: { enable: false, releaseThresholdDays: 45 }
            destination:
                influxDb: { enable: false, tag: { static: } }
    mqttConfig:
        enable: false
        brokerHost: mqtt.acme.test
        brokerPort: 1884
        azureEventGrid: { enable: false }
        qlikSenseServerLicenseTopic: qliksense/license
        qlikSenseServerLicenseExpireTopic: qliksense/license_expire
    webhookNotification:
        enable: true
        reloadTaskFailure: { rateLimit: 300, webhooks: }
        qlikSenseServerLicenseMonitor:
            rateLimit: 15
            webhooks:
                - description: 'ours'
                  webhookURL: https://hooks.acme.test/a
                  httpMethod: put
                  cert: { enable: true, rejectUnauthorized: false, certCA: hooks.pem }
        qlikSenseServerLicenseExpiryAlert: { rateLimit: 300, webhooks: }
    cert:
        clientCert: /certs/client.pem
        clientCertKey: /certs/client_key.pem
        clientCertCA: /certs/root.pem
    configEngine: { engineVersion: 12.612.0, host: 10.11.12.13, port: 4747, useSSL: true }
    configQRS:
        authentication: certificates
        host: 10.11.12.13
        useSSL: true
        port: 4242
        headers:
            static:
                - name: X-Qlik-User
                  value: UserDirectory=Internal;UserId=sa_repository
        rejectUnauthorized:
            false # Qlik's certificates carry short names
";

#[test]
fn accepts_a_butler_file_as_it_is() {
    let loaded = read(BUTLER).unwrap_or_else(|fault| panic!("{fault}"));
    let butler = &loaded.settings.butler;
    let release = &butler.qlik_sense_license.license_release;
    assert!(release.enable && !release.dry_run);
    assert_eq!(release.frequency, "at 5:15 am");
    let never = &release.never_release;
    assert_eq!((never.user.len(), never.tag.len(), never.custom_property.len()), (2, 1, 1));
    assert_eq!(never.user_directory, Vec::<String>::new());
    assert_eq!(
        (never.inactive, never.blocked, never.removed_externally),
        (FlagRule::Ignore, FlagRule::Yes, FlagRule::No)
    );
    let types = &release.license_type;
    assert!(types.analyzer.enable && !types.professional.enable);
    assert_eq!((types.analyzer.release_threshold_days, types.professional.release_threshold_days), (30, 45));
    let server = &butler.qlik_sense_license.server_license_monitor;
    assert!(server.destination.mqtt.send_recurring.enable && !server.destination.mqtt.send_alert.enable);
    assert_eq!(server.alert.threshold_days, 30);
    assert_eq!(butler.qlik_sense_license.license_monitor.destination.influx_db.tag.fixed[0].value, "bar");
    assert_eq!(butler.mqtt_config.broker_port, 1884);
    let hook = &butler.webhook_notification.qlik_sense_server_license_monitor.webhooks[0];
    assert_eq!((hook.http_method, hook.cert.enable, hook.cert.reject_unauthorized), (HttpMethod::Put, true, false));
    assert!(!butler.config_qrs.reject_unauthorized);
}

#[test]
fn tells_the_sections_that_are_not_its_own_in_one_line() {
    let notes = read(&format!("{BUTLER}x-common: {{ a: b }}\n")).expect("a good file").notes;
    assert_eq!(
        notes[0],
        "sections passed over, which are not Steward's: Butler.logLevel, Butler.fileLogging, Butler.configVisualisation, \
         Butler.qlikSenseCloud, Butler.configEngine, x-common"
    );
}

#[test]
fn shortens_a_long_list_of_such_sections() {
    let others = (0..100).map(|number| format!("other{number}: 1")).collect::<Vec<_>>().join("\n");
    let notes = read(&format!("{BUTLER}{others}")).expect("a good file").notes;
    assert!(notes[0].ends_with("other54 and 45 more"), "{notes:?}");
}

#[test]
fn finds_version_1_settings_in_both_places() {
    let flat = accept(BUTLER).butler.influx_db.v1_config;
    assert_eq!(flat.db_name.as_deref(), Some("butler"));
    assert_eq!(flat.auth.and_then(|auth| auth.username).as_deref(), Some("joe"));
    let policy = RetentionPolicy { name: Some("10d".to_owned()), duration: Some("10d".to_owned()) };
    assert_eq!(flat.retention_policy, Some(policy));
    let nested = BUTLER.replace("        dbName: butler\n", "        dbName: old\n        v1Config: { dbName: new }\n");
    let nested = accept(&nested).butler.influx_db.v1_config;
    assert_eq!((nested.db_name.as_deref(), nested.auth.is_some()), (Some("new"), true));
}

#[test]
fn accepts_the_spellings_of_butler_12() {
    let settings = accept(
        "\
Butler:
  qlikSenseLicense:
    licenseRelease:
      enable: true
      frequency: every 6 hours
      neverReleaseUsers:
        - { userDir: 'INTERNAL', userId: 'sa_api' }
      licenseType: { analyzer: { enable: true, releaseThresholdDays: 30 } }
  cert: { clientCert: client.pem, clientCertKey: client_key.pem, clientCertCA: root.pem }
  configQRS:
    authentication: certificates
    host: sense
    useSSL: true
    port: 4242
    headerKey: X-Qlik-User
    headerValue: UserDirectory=Internal; UserId=sa_repository
    rejectUnauthorized: false
",
    );
    let release = &settings.butler.qlik_sense_license.license_release;
    assert_eq!(release.never_release.user.len(), 1);
    assert!(release.enable && release.dry_run);
    assert_eq!(settings.qlik_user().map(|user| user.user_id).as_deref(), Some("sa_repository"));
    assert_eq!(settings.butler.config_qrs.headers.fixed.len(), 1);
}
