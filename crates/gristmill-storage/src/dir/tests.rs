//! What every [`Dir`] must do: one body, run for the file system and for memory.

use std::io::ErrorKind;

use super::{Dir, FsDir, MemoryDir};

fn each(check: impl Fn(&dyn Dir)) {
    check(&MemoryDir::new());
    let folder = tempfile::tempdir().unwrap();
    check(&FsDir::create(folder.path().join("a/store")).unwrap());
}

fn write(dir: &dyn Dir, path: &str, bytes: &[u8]) {
    let mut file = dir.create(path).unwrap();
    file.append(bytes).unwrap();
    file.sync().unwrap();
}

fn read(dir: &dyn Dir, path: &str) -> Vec<u8> {
    let file = dir.open(path).unwrap();
    let mut bytes = vec![0; usize::try_from(file.len().unwrap()).unwrap()];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

#[test]
fn appends_and_reads_at_positions() {
    each(|dir| {
        let mut file = dir.create("log").unwrap();
        file.append(b"abc").unwrap();
        file.append(b"").unwrap();
        file.append(b"defg").unwrap();
        file.sync().unwrap();
        assert_eq!(read(dir, "log"), b"abcdefg");
        let mut middle = [0; 3];
        let reader = dir.open("log").unwrap();
        reader.read_exact_at(&mut middle, 2).unwrap();
        assert_eq!(&middle, b"cde");
        assert_eq!(reader.read_exact_at(&mut middle, 5).unwrap_err().kind(), ErrorKind::UnexpectedEof);
        assert!(reader.read_exact_at(&mut middle, u64::MAX).is_err());
    });
}

#[test]
fn create_refuses_a_name_in_use() {
    each(|dir| {
        write(dir, "a", b"1");
        assert_eq!(dir.create("a").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(read(dir, "a"), b"1");
    });
}

#[test]
fn what_is_absent_is_not_found() {
    each(|dir| {
        assert_eq!(dir.open("a").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(dir.remove("a").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(dir.rename("a", "b").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(dir.hard_link("a", "b").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(dir.list("wal").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(dir.create("wal/1").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(dir.sync_dir("wal").unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn lists_names_of_one_level_sorted() {
    each(|dir| {
        dir.create_dir("wal").unwrap();
        dir.create_dir("wal").unwrap();
        write(dir, "wal/2", b"");
        write(dir, "wal/10", b"");
        write(dir, "b", b"");
        dir.sync_dir("wal").unwrap();
        dir.sync_dir("").unwrap();
        assert_eq!(dir.list("").unwrap(), ["b", "wal"]);
        assert_eq!(dir.list("wal").unwrap(), ["10", "2"]);
    });
}

#[test]
fn rename_replaces_and_a_link_keeps_the_old_file() {
    each(|dir| {
        write(dir, "now", b"old");
        write(dir, "next", b"new");
        dir.hard_link("now", "before").unwrap();
        assert_eq!(dir.hard_link("next", "before").unwrap_err().kind(), ErrorKind::AlreadyExists);
        dir.rename("next", "now").unwrap();
        assert_eq!(dir.list("").unwrap(), ["before", "now"]);
        assert_eq!((read(dir, "now"), read(dir, "before")), (b"new".to_vec(), b"old".to_vec()));
    });
}

#[test]
fn an_open_file_outlives_its_name() {
    each(|dir| {
        write(dir, "a", b"kept");
        let reader = dir.open("a").unwrap();
        dir.remove("a").unwrap();
        let mut bytes = [0; 4];
        reader.read_exact_at(&mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"kept");
    });
}

#[test]
fn one_holds_the_lock_and_its_name_is_readable() {
    each(|dir| {
        let held = dir.try_lock("LOCK").unwrap();
        assert!(held.is_some());
        assert!(dir.try_lock("LOCK").unwrap().is_none());
        assert_eq!(read(dir, "LOCK"), std::process::id().to_string().as_bytes());
        drop(held);
        assert!(dir.try_lock("LOCK").unwrap().is_some());
    });
}

#[test]
fn paths_stay_inside() {
    each(|dir| {
        for path in ["../a", "/a", "a//b", "./a", "a/..", "a/"] {
            assert_eq!(dir.create(path).unwrap_err().kind(), ErrorKind::InvalidInput, "{path}");
            assert_eq!(dir.open(path).unwrap_err().kind(), ErrorKind::InvalidInput, "{path}");
        }
    });
}

#[test]
fn a_fork_shares_nothing() {
    let dir = MemoryDir::new();
    write(&dir, "a", b"1");
    let _held = dir.try_lock("LOCK").unwrap();
    let fork = dir.fork();
    dir.set_bytes("a", b"2".to_vec()).unwrap();
    assert_eq!(fork.bytes("a").unwrap(), b"1");
    assert!(fork.try_lock("LOCK").unwrap().is_some());
}

#[cfg(unix)]
#[test]
fn a_new_folder_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let dir = FsDir::create(folder.path().join("store")).unwrap();
    let mode = std::fs::metadata(dir.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_shared_lock_is_seen_until_its_last_holder_drops_it() {
    each(|dir| {
        assert_eq!(dir.try_lock_shared("pin").unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(dir.is_lock_shared("pin").unwrap_err().kind(), ErrorKind::NotFound);
        write(dir, "pin", b"");
        assert!(!dir.is_lock_shared("pin").unwrap());
        let first = dir.try_lock_shared("pin").unwrap().unwrap();
        let second = dir.try_lock_shared("pin").unwrap().unwrap();
        assert!(dir.is_lock_shared("pin").unwrap());
        drop(first);
        assert!(dir.is_lock_shared("pin").unwrap());
        drop(second);
        assert!(!dir.is_lock_shared("pin").unwrap());
        assert_eq!(read(dir, "pin"), b"");
    });
}
