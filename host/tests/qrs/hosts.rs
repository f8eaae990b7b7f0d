//! Retries and failover.

use std::net::TcpListener;

use steward::qrs::Read;
use steward_fake_qrs::{Fault, FaultScript, LicenseModel, certificates};

use crate::site::{self, Site, failure, host, loopback_names, now, site};

/// A port on which nothing listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn patient(retries: u32) -> Site {
    let mut site = site(site::data(40, LicenseModel::Signed)).await;
    site.settings.retries = retries;
    site
}

#[tokio::test]
async fn one_failure_of_any_request_is_survived() {
    let site = patient(1).await;
    let whole = site.snapshot().await.unwrap();
    let requests = site.qrs.journal().len() as u64;
    for nth in 1..=requests {
        for fault in [Fault::Reset, Fault::ResetMidBody, Fault::Unavailable] {
            site.qrs.set_faults(FaultScript::nth("GET", "*", nth, fault.clone()));
            site.qrs.clear_journal();
            let mut parts = site.snapshot().await.unwrap();
            parts.seats.sort_by(|a, b| (a.license_type, &a.id).cmp(&(b.license_type, &b.id)));
            assert_eq!(parts.seats.len(), whole.seats.len(), "{fault:?} at {nth}");
            assert_eq!(parts.users.len(), whole.users.len(), "{fault:?} at {nth}");
            assert_eq!(site.qrs.journal().len() as u64, requests + 1, "{fault:?} at {nth}");
        }
    }
}

#[tokio::test]
async fn gives_up_after_the_retries_and_never_repeats_a_refusal() {
    let site = patient(2).await;
    let (variant, _) = site.failure(FaultScript::every("*", Fault::Unavailable)).await;
    assert_eq!((variant.as_str(), site.qrs.journal().len()), ("ServerError", 3));

    site.qrs.clear_journal();
    let forbidden = Fault::Status { status: 403, body: "Forbidden".into(), content_type: "text/plain".into() };
    let (variant, _) = site.failure(FaultScript::every("*", forbidden)).await;
    assert_eq!((variant.as_str(), site.qrs.journal().len()), ("Forbidden", 1));
}

#[tokio::test]
async fn asks_the_next_host_when_one_cannot_be_reached() {
    let mut site = patient(0).await;
    site.settings.hosts.insert(0, host(closed_port()));
    site.snapshot().await.unwrap();
    assert_eq!(site.qrs.journal().len(), 5);
}

#[tokio::test]
async fn asks_the_next_host_when_one_is_not_the_central_node() {
    let set = certificates::generate(&loopback_names()).unwrap();
    let rim = site::serve(site::data(40, LicenseModel::Signed), set.clone(), |_| {}).await;
    rim.qrs.set_faults(FaultScript::every("*", Fault::NotCentral));
    assert_eq!(failure(rim.snapshot().await).0, "NotCentralNode");
    rim.qrs.clear_journal();

    let mut central = site::serve(site::data(40, LicenseModel::Signed), set, |_| {}).await;
    central.settings.hosts.insert(0, rim.settings.hosts[0].clone());
    let client = central.client();
    for _ in 0..2 {
        client.snapshot(&Read { attributes: false }, now(), &now).await.unwrap();
    }
    // The host that answered is asked first from then on.
    assert_eq!((rim.qrs.journal().len(), central.qrs.journal().len()), (1, 10));
}

#[tokio::test]
async fn says_of_each_host_why_it_is_of_no_use() {
    let mut site = patient(1).await;
    site.settings.hosts = vec![host(closed_port()), host(closed_port())];
    let (variant, message) = failure(site.snapshot().await);
    assert_eq!(variant, "EveryHost");
    assert_eq!(message.matches("refused the connection").count(), 2, "{message}");

    site.settings.hosts.truncate(1);
    assert_eq!(failure(site.snapshot().await).0, "ConnectionRefused");
    site.settings.hosts[0].name = "no-such-host.invalid".to_owned();
    assert_eq!(failure(site.snapshot().await).0, "UnknownHost");
}
