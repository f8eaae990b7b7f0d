//! Looks for certificates where Qlik exports them, so that `check` can say which files to set.

use std::fs;
use std::path::{Path, PathBuf};

/// Below it the QMC makes a folder for each machine that certificates are exported for, and the server keeps its own.
pub const EXPORT_FOLDER: &str = r"C:\ProgramData\Qlik\Sense\Repository\Exported Certificates";

/// Sites export for a handful of machines.
const FOLDERS_MAX: usize = 200;

/// A folder with an exported client certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedSet {
    pub folder: PathBuf,
    /// `client.pem` and `client_key.pem`.
    pub pem: bool,
    /// `client.pfx`.
    pub pfx: bool,
    /// `root.pem`.
    pub root: bool,
}

/// The sets in `folder` and directly below it, sorted; none when it does not exist or cannot be read.
pub fn exported_sets(folder: &Path) -> Vec<ExportedSet> {
    let below = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = below.filter(|path| path.is_dir()).take(FOLDERS_MAX).collect();
    folders.push(folder.to_owned());
    folders.sort();
    folders.into_iter().filter_map(exported_set).collect()
}

fn exported_set(folder: PathBuf) -> Option<ExportedSet> {
    let has = |name: &str| folder.join(name).is_file();
    let pem = has("client.pem") && has("client_key.pem");
    let pfx = has("client.pfx");
    let root = has("root.pem");
    (pem || pfx).then_some(ExportedSet { folder, pem, pfx, root })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_folders_that_hold_a_client_certificate() {
        let folder = tempfile::tempdir().unwrap();
        for file in [
            "steward/client.pem",
            "steward/client_key.pem",
            "steward/root.pem",
            ".Local Certificates/client.pfx",
            "x/root.pem",
        ] {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let set = |name: &str, pem, pfx, root| ExportedSet { folder: folder.path().join(name), pem, pfx, root };
        assert_eq!(
            exported_sets(folder.path()),
            [set(".Local Certificates", false, true, false), set("steward", true, false, true)]
        );
        assert_eq!(exported_sets(&folder.path().join("nowhere")), []);
    }
}
