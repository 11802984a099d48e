//! What the power cuts have left, so that no failure is not no trial.

use std::fmt;

use gristmill_testkit::fault_dir::Survivor;

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
    pub(crate) fn count(&mut self, survivor: &Survivor) {
        let returned = |start: &str| u64::from(survivor.returned.iter().any(|path| path.starts_with(start)));
        let changed = |path: &str| u64::from(survivor.changed.iter().any(|changed| changed == path));
        self.cuts += 1;
        self.old_logs += returned("wal/");
        self.lost_renames += returned("tmp/");
        self.half_catalogs += changed("CATALOG.tmp");
        self.old_catalogs += changed("CATALOG");
        self.torn_files += u64::from(survivor.changed.iter().any(|path| !path.starts_with("CATALOG")));
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
