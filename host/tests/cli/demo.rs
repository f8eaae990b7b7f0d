//! `steward demo`: everything on one machine.

use crate::site::{start, steward};

#[test]
fn shows_pools_a_plan_and_two_reasons_and_what_to_try_next() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let run = steward(["demo", "--once", "--dir", dir, "--seats", "400"]);
    for words in [
        "An invented Qlik Sense site with 500 people answers on https://127.0.0.1:",
        "\nPools\n",
        "\nDecisions\n",
        "\nHeld\n",
        " seats would be released\n",
        "\nWhy would this seat go?\n",
        "would be released by the rule ",
        "\nWhy does this one stay?\n",
        "kept by the rule never-release",
        "\nTry next:\n",
    ] {
        assert!(run.is_done().out.contains(words), "{words:?} in {run:?}");
    }
    // Every command that it names works.
    let lines = run.out.lines().skip_while(|line| *line != "Try next:").skip(1).take_while(|line| !line.is_empty());
    let mut tried = 0;
    for line in lines {
        let mut words = line.split_whitespace();
        assert!(words.next().unwrap().ends_with("steward"), "{line}");
        let args: Vec<&str> = words.map(|word| word.trim_matches('\'')).collect();
        let run = steward(&args);
        assert!([0, 3].contains(&run.code), "{line}: {run:?}");
        tried += 1;
    }
    assert!(tried >= 5, "{run:?}");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    use std::io::{BufRead as _, BufReader, Read as _};
    for args in [&["demo", "--once", "--seats", "100"][..], &["policy", "inspect"], &["config", "schema"]] {
        let temp = tempfile::tempdir().unwrap();
        let mut child = start(args, &[("TMPDIR", temp.path().to_str().unwrap())]);
        let mut first = String::new();
        BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{args:?}");
    }
}
