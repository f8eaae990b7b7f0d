//! What `--help` says, word for word: it is read more often than anything else.

use crate::site::steward;

const COMMANDS: [&[&str]; 47] = [
    &[],
    &["demo"],
    &["run"],
    &["reload"],
    &["poke"],
    &["history"],
    &["history", "changes"],
    &["check"],
    &["status"],
    &["plan"],
    &["report"],
    &["apply"],
    &["undo"],
    &["arm"],
    &["pause"],
    &["resume"],
    &["protect"],
    &["unprotect"],
    &["audit"],
    &["audit", "show"],
    &["audit", "export"],
    &["audit", "verify"],
    &["audit", "erase"],
    &["outbox"],
    &["backup"],
    &["schedule"],
    &["restore"],
    &["why"],
    &["snapshot"],
    &["config"],
    &["config", "show"],
    &["config", "schema"],
    &["token"],
    &["token", "new"],
    &["policy"],
    &["policy", "new"],
    &["policy", "build"],
    &["policy", "inspect"],
    &["policy", "test"],
    &["policy", "diff"],
    &["policy", "add"],
    &["policy", "list"],
    &["policy", "activate"],
    &["policy", "rollback"],
    &["policy", "remove"],
    &["policy", "shadow"],
    &["fake-qrs"],
];

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let run = steward([command, &["--help"]].concat());
        let help = run.is_done().out.clone();
        if !command.is_empty() && command.len() < 2 {
            assert!(help.contains("Examples:\n  steward "), "{command:?} has no example: {help}");
        }
        insta::assert_snapshot!([&["help"], command].concat().join("-"), help);
    }
}
