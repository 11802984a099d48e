//! Where tokens are kept, and how they are changed.

use super::json::{self, FORMAT, Fault};
use super::stamp::Stamp;
use super::{Key, NewToken, Token, TokenError};
use gristmill::Timestamp;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

/// The name of the token file in the folder of a store, unless another file is named.
pub const TOKEN_FILE: &str = "tokens.json";

/// Only the owner may read it: it holds no key, but who is a client of what.
const FILE_MODE: u32 = 0o600;
/// Whose files become those of the folder's owner, who is the one to read them.
const ROOT: u32 = 0;

/// A file of tokens. It is replaced as a whole, so that a reader sees the old tokens or the new ones, also after a crash.
#[derive(Clone, Debug)]
pub struct TokenFile {
    path: PathBuf,
}

impl TokenFile {
    /// The file at that path, which need not be there.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file of the store in that folder.
    pub fn of_store(folder: &Path) -> Self {
        Self::new(folder.join(TOKEN_FILE))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tokens, expired ones too, in the order in which they were made.
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or it is damaged.
    pub fn tokens(&self) -> Result<Vec<Token>, TokenError> {
        Ok(self.read()?.0)
    }

    /// Makes a token, and the file where there is none; durable when it returns. The key is in nobody else's hands.
    ///
    /// # Errors
    /// The file is damaged or cannot be written. Then it stays as it was.
    pub fn create(&self, new: NewToken) -> Result<(Token, Key), TokenError> {
        self.change(|tokens| {
            let mut tokens = match tokens {
                Err(TokenError::Missing { .. }) => Vec::new(),
                tokens => tokens?,
            };
            let (token, key) = new.make(&tokens, Timestamp::now())?;
            tokens.push(token.clone());
            Ok((tokens, (token, key)))
        })
    }

    /// Takes a token away, durably, and gives what it was. A service that reads the file refuses it from the next request on.
    ///
    /// # Errors
    /// [`TokenError::Unknown`] where there is none of that id; else as [`TokenFile::create`].
    pub fn revoke(&self, id: &str) -> Result<Token, TokenError> {
        self.tokens()?;
        self.change(|tokens| {
            let mut tokens = tokens?;
            let at = tokens.iter().position(|token| token.id == id);
            let at = at.ok_or_else(|| TokenError::Unknown { id: id.to_owned() })?;
            let token = tokens.remove(at);
            Ok((tokens, token))
        })
    }

    /// The tokens, and the state of the file that they were read from.
    pub(super) fn read(&self) -> Result<(Vec<Token>, Stamp), TokenError> {
        let (text, stamp) = self.bytes().map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => TokenError::Missing { path: self.path.clone() },
            _ => failed("read the token file", &self.path, source),
        })?;
        let path = self.path.clone();
        let tokens = json::read(&text).map_err(|fault| match fault {
            Fault::Newer(found) => TokenError::NewerFormat { path, found, known: FORMAT },
            Fault::Damaged(found) => TokenError::Damaged { path, found },
        })?;
        Ok((tokens, stamp))
    }

    fn bytes(&self) -> io::Result<(Vec<u8>, Stamp)> {
        let mut file = File::open(&self.path)?;
        let stamp = Stamp::of(&file.metadata()?);
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok((text, stamp))
    }

    /// The state that the file is in; `None` where there is none.
    pub(super) fn stamp(&self) -> io::Result<Option<Stamp>> {
        match fs::metadata(&self.path) {
            Ok(metadata) => Ok(Some(Stamp::of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the tokens while nobody else does.
    fn change<T>(
        &self,
        work: impl FnOnce(Result<Vec<Token>, TokenError>) -> Result<(Vec<Token>, T), TokenError>,
    ) -> Result<T, TokenError> {
        // A file that is a link to another one stays so.
        let target = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let lock = beside(&target, "lock");
        let locked = OpenOptions::new().write(true).create(true).truncate(false).mode(FILE_MODE).open(&lock);
        let locked = locked.map_err(|source| failed("open", &lock, source))?;
        locked.lock().map_err(|source| failed("lock", &lock, source))?;
        let (tokens, result) = work(self.tokens())?;
        let text = json::write(&tokens).map_err(|error| failed("write", &target, error.into()))?;
        replace(&target, text.as_bytes())?;
        Ok(result)
    }
}

/// Puts a file in place of another, or of none; durable when it returns, and else the other stays.
fn replace(target: &Path, text: &[u8]) -> Result<(), TokenError> {
    let next = beside(target, "tmp");
    let placed = write_new(target, &next, text).and_then(|()| {
        fs::rename(&next, target).map_err(|source| failed("replace the token file", target, source))
    });
    if placed.is_err() {
        let _ = fs::remove_file(&next);
    }
    placed?;
    let folder = folder_of(target);
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| failed("make durable the names in", folder, source))
}

/// Writes what is to come in place of a file, durably and for its owner only.
fn write_new(target: &Path, next: &Path, text: &[u8]) -> Result<(), TokenError> {
    // One that a crash has left.
    let _ = fs::remove_file(next);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(next)
        .map_err(|source| failed("create", next, source))?;
    keep_owner(&file, target).map_err(|source| failed("give its owner to", next, source))?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(|source| failed("write", next, source))
}

/// What root writes is for the user that the service runs as: the owner of the file before, else of its folder.
fn keep_owner(file: &File, target: &Path) -> io::Result<()> {
    if file.metadata()?.uid() != ROOT {
        return Ok(());
    }
    let owner = fs::metadata(target).or_else(|_| fs::metadata(folder_of(target)))?;
    fchown(file, Some(owner.uid()), Some(owner.gid()))
}

/// The folder that a file is in.
fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The file beside another whose name ends with that too.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> TokenError {
    TokenError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Right, Scope};
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::thread;

    fn new(label: &str) -> NewToken {
        NewToken {
            label: Some(label.to_owned()),
            rights: [Right::Fetch].into_iter().collect(),
            scope: Scope::All,
            expires: None,
        }
    }

    fn labels(file: &TokenFile) -> Vec<String> {
        file.tokens().unwrap().into_iter().filter_map(|token| token.label).collect()
    }

    #[test]
    fn tokens_come_and_go_and_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::of_store(folder.path());
        assert!(matches!(file.tokens(), Err(TokenError::Missing { .. })));
        assert!(matches!(file.revoke("00000000"), Err(TokenError::Missing { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was changed");

        let (first, _) = file.create(new("first")).unwrap();
        let (second, key) = file.create(new("second")).unwrap();
        assert_eq!(labels(&file), ["first", "second"]);
        let text = fs::read_to_string(file.path()).unwrap();
        assert!(!text.contains(key.reveal()) && !text.contains(&key.reveal()[3..]), "{text}");

        assert_eq!(file.revoke(&first.id).unwrap().id, first.id);
        assert!(matches!(file.revoke(&first.id), Err(TokenError::Unknown { .. })));
        assert_eq!(labels(&file), ["second"]);
        file.revoke(&second.id).unwrap();
        assert!(labels(&file).is_empty() && file.path().exists(), "no token is not the same as no file");
    }

    #[test]
    fn only_the_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::of_store(folder.path());
        file.create(new("first")).unwrap();
        let mode = || fs::metadata(file.path()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        file.create(new("second")).unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn of_many_changes_at_once_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::of_store(folder.path());
        thread::scope(|scope| {
            for thread in 0..8 {
                let file = &file;
                scope.spawn(move || {
                    for turn in 0..4 {
                        file.create(new(&format!("{thread} {turn}"))).unwrap();
                    }
                });
            }
        });
        assert_eq!(file.tokens().unwrap().len(), 32);
    }

    #[test]
    fn a_damaged_file_is_neither_read_nor_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::of_store(folder.path());
        let (token, _) = file.create(new("first")).unwrap();
        let text = fs::read_to_string(file.path()).unwrap().replace("fetch", "admin");
        fs::write(file.path(), &text).unwrap();
        let told = file.create(new("second")).unwrap_err().to_string();
        assert!(told.contains("tokens.json is damaged: expected tokens with the SHA-256"), "{told}");
        assert!(matches!(file.revoke(&token.id), Err(TokenError::Damaged { .. })));
        assert_eq!(fs::read_to_string(file.path()).unwrap(), text);
    }

    #[test]
    fn what_a_crash_has_left_is_in_nobodys_way() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::of_store(folder.path());
        fs::write(beside(file.path(), "tmp"), "half of a fil").unwrap();
        file.create(new("first")).unwrap();
        assert_eq!(labels(&file), ["first"]);
        assert!(!beside(file.path(), "tmp").exists());
    }

    #[test]
    fn a_write_that_fails_leaves_the_file_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::of_store(folder.path());
        file.create(new("first")).unwrap();
        let before = fs::read(file.path()).unwrap();
        // A folder cannot be removed as a file is, so the new file cannot be made.
        fs::create_dir(beside(file.path(), "tmp")).unwrap();
        assert!(matches!(file.create(new("second")), Err(TokenError::Io { action: "create", .. })));
        assert_eq!(fs::read(file.path()).unwrap(), before);
    }

    #[test]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let target = TokenFile::new(folder.path().join("elsewhere.json"));
        target.create(new("first")).unwrap();
        let link = TokenFile::of_store(folder.path());
        symlink(target.path(), link.path()).unwrap();
        link.create(new("second")).unwrap();
        assert!(fs::symlink_metadata(link.path()).unwrap().is_symlink());
        assert_eq!(labels(&target), ["first", "second"]);
    }
}
