//! The zip of the static site: the simulator for any file server, with no daemon and no network.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::Build;
use super::zipped::{self, Entry};
use crate::{stamp, web};

pub fn package(build: &Build) -> Result<PathBuf> {
    let name = format!("steward-{}-site", env!("CARGO_PKG_VERSION"));
    let folder = build.root.join(web::SITE);
    let mut files = Vec::new();
    stamp::files_below(&folder, &[], &mut files)?;
    files.sort();
    let mut entries = Vec::with_capacity(files.len());
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let place = file.strip_prefix(&folder)?.iter().map(|part| part.to_string_lossy());
        let place = place.collect::<Vec<_>>().join("/");
        entries.push(Entry { name: format!("{name}/{place}"), bytes, is_program: false });
    }
    let file = build.out().join(format!("{name}.zip"));
    zipped::write_file(&file, &entries)?;
    Ok(file)
}
