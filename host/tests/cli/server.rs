//! `steward fake-qrs`: the double as a program of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::site::{data, start, steward};

const LIMIT: Duration = Duration::from_mins(1);

struct Served {
    child: Child,
    lines: mpsc::Receiver<String>,
    printed: Vec<String>,
}

/// Starts the double and waits until it has said that Ctrl-C ends it.
fn serve(folder: &Path, more: &[&str]) -> Served {
    let mut child = start([&["fake-qrs", "--port", "0", "--certs", folder.to_str().unwrap()], more].concat(), &[]);
    let lines = lines(child.stdout.take().unwrap());
    let mut printed = Vec::new();
    loop {
        match lines.recv_timeout(LIMIT) {
            Ok(line) if line == "Ctrl-C ends it" => break,
            Ok(line) => printed.push(line),
            Err(error) => {
                let _ = child.kill();
                panic!("{error}: {printed:?}");
            }
        }
    }
    Served { child, lines, printed }
}

fn lines(out: ChildStdout) -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    lines
}

impl Served {
    /// What Ctrl-C does: the program ends by itself, with exit code 0.
    fn interrupt(mut self) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        // Its output ends when it does.
        while self.lines.recv_timeout(LIMIT).is_ok() {}
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn the_settings_file_works_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let served = serve(folder.path(), &["--seats", "100", "--seed", "3", "--control-port", "0"]);
    assert!(served.printed[0].starts_with("125 people in the user list, seats: "), "{:?}", served.printed);
    assert!(served.printed[1].starts_with("Qlik Repository Service (test double) on https://127.0.0.1:"));
    assert!(served.printed[2].starts_with("control port on http://127.0.0.1:"));
    let config = folder.path().join("steward.yaml");
    let run = steward(["plan", "--format", "json", "--config", config.to_str().unwrap()]);
    assert_eq!(run.json()["inventory"]["seats"], 100);
    steward(["check", "--config", config.to_str().unwrap()]).is_done();
    served.interrupt();

    // The same certificates again, another port.
    let before = fs::read(folder.path().join("root.pem")).unwrap();
    let served = serve(folder.path(), &["--seats", "10"]);
    assert_eq!(fs::read(folder.path().join("root.pem")).unwrap(), before);
    steward(["status", "--config", config.to_str().unwrap()]).is_done();
    served.interrupt();
}

#[test]
fn models_and_data_of_ones_own_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("steward.yaml");
    let config = config.to_str().unwrap();
    let served = serve(folder.path(), &["--seats", "60", "--model", "token"]);
    let status = steward(["status", "--format", "json", "--config", config]).is_done().json();
    assert_eq!(status["pools"][2]["licenseType"], "user");
    served.interrupt();

    let path = folder.path().join("site.json");
    data(30).save(&path).unwrap();
    let served = serve(folder.path(), &["--data", path.to_str().unwrap(), "--latency-ms", "2", "--era", "2018"]);
    assert_eq!(steward(["plan", "--format", "json", "--config", config]).json()["inventory"]["seats"], 30);
    served.interrupt();

    let script = folder.path().join("faults.json");
    fs::write(&script, r#"{"rules": [{"path": "/qrs/user/full", "action": {"kind": "html"}}]}"#).unwrap();
    let served = serve(folder.path(), &["--seats", "10", "--faults", script.to_str().unwrap()]);
    steward(["plan", "--config", config]).fails(1, &["login page"]);
    served.interrupt();
}

#[test]
fn what_cannot_be_served_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let path = folder.path().join("bad.json");
    for text in ["", "[]", "{\"users\": 5}", "{"] {
        fs::write(&path, text).unwrap();
        let run = steward(["fake-qrs", "--port", "0", "--certs", dir, "--data", path.to_str().unwrap()]);
        run.fails(2, &["cannot start the test double", "bad.json"]);
    }
    fs::write(&path, "{\"rules\": [{\"action\": {\"kind\": \"burn\"}}]}").unwrap();
    let run = steward(["fake-qrs", "--port", "0", "--certs", dir, "--seats", "5", "--faults", path.to_str().unwrap()]);
    run.fails(2, &["fault script", "burn"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    steward(["fake-qrs", "--port", &port, "--certs", dir, "--seats", "5"])
        .fails(1, &["cannot start the test double", &port]);
    fs::write(folder.path().join("file"), "").unwrap();
    let inside = folder.path().join("file/certs");
    steward(["fake-qrs", "--port", "0", "--certs", inside.to_str().unwrap(), "--seats", "5"])
        .fails(1, &["cannot create"]);
}
