//! The zip for Windows: one folder with the program and what one has to read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::zipped::{self, Entry};
use super::{Build, mingw};
use crate::process::{run, say};

/// Texts beside the program, by place in the repository and name in the zip.
const TEXTS: [(&str, &str); 5] = [
    ("packaging/README.md", "INSTALL.md"),
    ("packaging/windows/steward.yaml", "steward.example.yaml"),
    ("README.md", "README.md"),
    ("CHANGELOG.md", "CHANGELOG.md"),
    ("LICENSE", "LICENSE.txt"),
];

pub fn package(build: &Build) -> Result<PathBuf> {
    let unstripped = build.steward(Some(mingw::TARGET))?;
    let program = strip(build, &unstripped)?;
    let name = format!("steward-{}-windows-x86_64", env!("CARGO_PKG_VERSION"));
    let file = build.out().join(format!("{name}.zip"));
    say("making the zip for Windows");
    let entries = entries(build.root, &program, &name)?;
    zipped::write_file(&file, &entries)?;
    Ok(file)
}

/// Without what only a debugger reads; names of functions stay, for the trace of a panic.
fn strip(build: &Build, program: &Path) -> Result<PathBuf> {
    let stripped = build.out().join("steward.exe");
    run(Command::new(mingw::STRIP).arg("--strip-debug").arg("-o").arg(&stripped).arg(program))?;
    Ok(stripped)
}

fn entries(root: &Path, program: &Path, folder: &str) -> Result<Vec<Entry>> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read `{}`", path.display()));
    let bytes = read(program)?;
    ensure!(bytes.starts_with(b"MZ"), "`{}` is no program for Windows", program.display());
    let mut entries = vec![Entry { name: format!("{folder}/steward.exe"), bytes, is_program: true }];
    for (place, name) in TEXTS {
        let text = String::from_utf8(read(&root.join(place))?).with_context(|| format!("`{place}` is no text"))?;
        // Older editors of Windows know no other line ends.
        let bytes = text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
        entries.push(Entry { name: format!("{folder}/{name}"), bytes, is_program: false });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn the_zip_has_the_program_and_every_text_in_one_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("steward.exe");
        fs::write(&program, b"MZ and so on").expect("written");
        let entries = entries(&root(), &program, "steward-1").expect("everything is there");
        let mut zips = [Vec::new(), Vec::new()];
        for bytes in &mut zips {
            zipped::write(Cursor::new(bytes), &entries).expect("written");
        }
        assert_eq!(zips[0], zips[1], "the same files give the same bytes");

        let mut zip = zip::ZipArchive::new(Cursor::new(&zips[0])).expect("a zip");
        let names: Vec<String> = zip.file_names().map(|name| name.expect("a name").into_owned()).collect();
        let expected =
            ["steward.exe", "INSTALL.md", "steward.example.yaml", "README.md", "CHANGELOG.md", "LICENSE.txt"];
        assert_eq!(names, expected.map(|name| format!("steward-1/{name}")));
        let mut text = String::new();
        zip.by_name("steward-1/steward.example.yaml").expect("there").read_to_string(&mut text).expect("a text");
        assert!(text.contains("dryRun: true\r\n") && !text.contains("\r\r"), "line ends of Windows");
    }

    #[test]
    fn refuses_a_program_for_another_system() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("steward.exe");
        fs::write(&program, b"\x7fELF").expect("written");
        assert!(entries(&root(), &program, "steward-1").is_err());
    }
}
