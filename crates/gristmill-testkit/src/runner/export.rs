//! What leaves a store as Parquet, and comes back, as a runner.

use super::{Layout, Refusal, Runner, Store, checked, refused};
use crate::corpus::{EventSet, Question};
use gristmill::event::SourceRule;
use gristmill::parquet::{ColumnMap, ExportOptions, ParquetChunks};
use gristmill::{Dump, DumpOptions, Options, Timestamp};
use std::error::Error;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Answers by the export of a store, by a store that it was imported into, and by the export of that one, which must agree.
#[derive(Clone, Copy, Debug)]
pub struct ExportRunner {
    /// Where the events of the first store lie.
    pub layout: Layout,
    /// The most rows of a file.
    pub file_rows: u32,
}

impl Runner for ExportRunner {
    fn name(&self) -> String {
        format!("export of {:?} by {} rows", self.layout, self.file_rows)
    }

    #[expect(clippy::expect_used, reason = "an export that cannot be made must stop the test")]
    fn store(&self, events: &EventSet) -> Box<dyn Store> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Box::new(self.exported(events, folder).expect("an export that can be imported"))
    }
}

impl ExportRunner {
    fn exported(self, events: &EventSet, folder: TempDir) -> Result<Exported, Box<dyn Error>> {
        let options = Options::new().threads(1);
        let first = folder.path().join("first");
        let store = self.layout.store(&options, &events.events)?;
        let export = ExportOptions::new().file_rows(self.file_rows);
        let receipt = store.export_to(&first, &export, &|_| ControlFlow::Continue(()))?;
        if receipt.events != events.events.len() as u64 {
            return Err(format!("{} of {} events", receipt.events, events.events.len()).into());
        }
        let imported = options.clone().open_in_memory()?;
        let mut loader = imported.loader();
        for path in files(&first)? {
            let mut chunks =
                ParquetChunks::open(path, &ColumnMap::new(), SourceRule::FromEvent, Timestamp(0), 1)?;
            while let Some(chunk) = chunks.next_chunk() {
                loader.append(chunk?)?;
            }
        }
        loader.commit()?;
        let second = folder.path().join("second");
        imported.export_to(&second, &ExportOptions::new(), &|_| ControlFlow::Continue(()))?;
        let open = |folder: &Path| Dump::open([folder], DumpOptions::new().engine(options.clone()));
        Ok(Exported { first: open(&first)?, imported, second: open(&second)?, _folder: folder })
    }
}

/// The files of an export, in the order of their paths.
///
/// # Errors
/// A folder cannot be listed.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

struct Exported {
    first: Dump,
    imported: gristmill::Store,
    second: Dump,
    _folder: TempDir,
}

impl Store for Exported {
    fn ask(&self, question: &Question) -> Result<String, Refusal> {
        let fetch = checked(question)?;
        let answers = [self.first.fetch(&fetch), self.imported.fetch(&fetch), self.second.fetch(&fetch)];
        let told = |answer: Result<gristmill::response::Answer, gristmill::Error>| match answer {
            Ok(answer) => Ok(answer.to_json()),
            Err(error) => Err(refused(&error)),
        };
        let [first, imported, second] = answers.map(told);
        if first == imported && first == second {
            return first;
        }
        let message = format!("{first:?} is not {imported:?} or not {second:?}");
        Err(Refusal { path: None, message })
    }
}
