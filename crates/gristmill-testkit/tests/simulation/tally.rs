//! What the power cuts have left, so that no failure is not no trial.

use std::collections::BTreeMap;
use std::fmt;

use gristmill::dir::Dir;
use gristmill_testkit::fault_dir::FaultDir;

/// How many there were of each kind.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    lives: u64,
    pub(crate) cuts: u64,
    /// Power cuts while the store was opened after one.
    pub(crate) second_cuts: u64,
    /// A log ended within a frame, or with frames that were not acknowledged.
    pub(crate) torn_frames: u64,
    /// A file was back under the name it had before.
    lost_renames: u64,
    /// A log that had been removed was there again.
    old_logs: u64,
    /// Of a catalog being written a part was there.
    half_catalogs: u64,
    /// The catalog before the one in place was back.
    old_catalogs: u64,
    /// A file had lost bytes, or had others.
    torn_files: u64,
}

impl Tally {
    /// Of a life that is about to be lived.
    pub(crate) fn of_one_life() -> Self {
        Self { lives: 1, ..Self::default() }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let sum = |a: &mut u64, b: u64| *a += b;
        sum(&mut self.lives, other.lives);
        sum(&mut self.cuts, other.cuts);
        sum(&mut self.second_cuts, other.second_cuts);
        sum(&mut self.torn_frames, other.torn_frames);
        sum(&mut self.lost_renames, other.lost_renames);
        sum(&mut self.old_logs, other.old_logs);
        sum(&mut self.half_catalogs, other.half_catalogs);
        sum(&mut self.old_catalogs, other.old_catalogs);
        sum(&mut self.torn_files, other.torn_files);
    }

    /// Counts what a power cut has left of a folder.
    pub(crate) fn count(&mut self, before: &FaultDir, after: &FaultDir) {
        self.cuts += 1;
        let (before, after) = (contents(&before.after_kill()), contents(after));
        let back = |path: &&String| !before.contains_key(*path);
        self.old_logs += u64::from(after.keys().filter(back).any(|path| path.starts_with("wal/")));
        let back_in_tmp = after.keys().filter(back).any(|path| path.starts_with("tmp/"));
        self.lost_renames += u64::from(back_in_tmp);
        let differs = |path: &str| match (before.get(path), after.get(path)) {
            (Some(before), Some(after)) => before != after,
            _ => false,
        };
        self.half_catalogs += u64::from(differs("CATALOG.tmp"));
        self.old_catalogs += u64::from(differs("CATALOG"));
        self.torn_files += u64::from(before.keys().any(|path| !path.starts_with("CATALOG") && differs(path)));
    }

    /// Fails where something never happened: then the trial was none.
    pub(crate) fn expect_every_kind(&self) {
        let counts = [
            self.second_cuts,
            self.torn_frames,
            self.lost_renames,
            self.old_logs,
            self.half_catalogs,
            self.old_catalogs,
            self.torn_files,
        ];
        assert!(counts.iter().all(|&count| count > 0), "{self}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} power cuts in {} lives, {} of them followed by a second one; left were {} torn frames, {} lost renames, \
             {} logs that came back, {} half catalogs, {} older catalogs, {} torn files; nothing lost, doubled or invented",
            self.cuts,
            self.lives,
            self.second_cuts,
            self.torn_frames,
            self.lost_renames,
            self.old_logs,
            self.half_catalogs,
            self.old_catalogs,
            self.torn_files
        )
    }
}

fn contents(dir: &FaultDir) -> BTreeMap<String, Vec<u8>> {
    let read = |path: &String| {
        let file = dir.open(path).unwrap();
        let mut bytes = vec![0; usize::try_from(file.len().unwrap()).unwrap()];
        file.read_exact_at(&mut bytes, 0).unwrap();
        bytes
    };
    dir.files().into_iter().map(|path| (path.clone(), read(&path))).collect()
}
