//! Who gets in, and who does not.

use super::*;
use crate::access::Organizations;
use crate::token::{Key, NewToken, Right, Scope};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

struct Case {
    folder: TempDir,
    file: TokenFile,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { file: TokenFile::of_store(folder.path()), folder }
    }

    fn create(&self, rights: &[Right], scope: Scope, expires: Option<Timestamp>) -> (Token, Key) {
        let rights = rights.iter().copied().collect();
        self.file.create(NewToken { label: None, rights, scope, expires }).unwrap()
    }

    fn authority(&self) -> Authority {
        Authority::open(self.file.path(), AuthorityOptions::default()).unwrap()
    }

    fn authority_open_to(&self, organizations: &[&str]) -> Authority {
        let open_organizations = organizations.iter().map(|&name| name.into()).collect();
        let options = AuthorityOptions { open_organizations, ..AuthorityOptions::default() };
        Authority::open(self.file.path(), options).unwrap()
    }
}

fn named(organizations: &[&str]) -> Scope {
    Scope::Named(organizations.iter().map(|&name| name.into()).collect())
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap()
}

fn bearer(key: &Key) -> HeaderValue {
    header(&format!("Bearer {}", key.reveal()))
}

/// The refusal of a header, if it is refused.
fn refusal(authority: &Authority, header: Option<&HeaderValue>) -> Option<Refusal> {
    authority.access(header).err()
}

#[test]
fn a_token_allows_its_rights_in_its_organizations() {
    let case = Case::new();
    let (token, key) = case.create(&[Right::Fetch, Right::Store], named(&["acme", "umbra"]), None);
    let access = case.authority().access(Some(&bearer(&key))).unwrap();
    assert_eq!(access.token_id(), Some(&*token.id));
    for right in Right::ALL {
        let expected = matches!(right, Right::Fetch | Right::Store);
        assert_eq!((access.may(right, "acme"), access.may(right, "umbra")), (expected, expected), "{right}");
        for other in ["ACME", "acm", "acme ", "acme\0", "", "globex"] {
            assert_eq!(access.check(right, other), Err(Refusal::Forbidden), "{right} {other:?}");
        }
    }
    assert_eq!(access.check_any(Right::Delete), Err(Refusal::Forbidden));
    assert_eq!(access.check_any(Right::Fetch), Ok(()));
    let Organizations::Named(organizations) = access.organizations() else { panic!("all") };
    assert!(organizations.iter().map(|name| &**name).eq(["acme", "umbra"]));
}

#[test]
fn a_token_for_all_organizations_is_for_any() {
    let case = Case::new();
    let (_, key) = case.create(&[Right::Admin], Scope::All, None);
    let access = case.authority().access(Some(&bearer(&key))).unwrap();
    assert!(Right::ALL.iter().all(|&right| access.may(right, "whatever")));
    assert_eq!(access.organizations(), Organizations::All);
}

#[test]
fn keys_come_as_bearer_or_token() {
    let case = Case::new();
    let (_, key) = case.create(&[Right::Fetch], Scope::All, None);
    let authority = case.authority();
    let key = key.reveal();
    for scheme in ["Bearer", "bearer", "BEARER", "Token", "token", "Bearer "] {
        assert_eq!(refusal(&authority, Some(&header(&format!("{scheme} {key}")))), None, "{scheme}");
    }
}

#[test]
fn whatever_is_wrong_with_a_header_the_answer_is_the_same() {
    let case = Case::new();
    let (_, key) = case.create(&[Right::Fetch], Scope::All, None);
    let (_, expired) = case.create(&[Right::Fetch], Scope::All, Some(Timestamp::now()));
    let (revoked, revoked_key) = case.create(&[Right::Fetch], Scope::All, None);
    case.file.revoke(&revoked.id).unwrap();
    let key = key.reveal().to_owned();
    let longer = format!("{key}0");
    let wrong = |key: &str| header(&format!("Bearer {key}"));
    let headers = [
        header(""),
        header("Bearer"),
        header("Bearer "),
        header(&key),
        header(&format!("Basic {key}")),
        header(&format!("Bearer{key}")),
        header(&format!("Bearer\t{key}")),
        HeaderValue::from_bytes(b"Bearer \xff").unwrap(),
        wrong(&longer),
        wrong(&key[..key.len() - 1]),
        wrong(&key[3..]),
        wrong(&key.to_uppercase()),
        wrong(Key::generate().unwrap().reveal()),
        bearer(&expired),
        bearer(&revoked_key),
    ];
    for authority in [case.authority(), case.authority_open_to(&["acme"])] {
        for header in &headers {
            assert_eq!(refusal(&authority, Some(header)), Some(Refusal::Unauthorized), "{header:?}");
        }
    }
}

#[test]
fn any_of_many_tokens_is_found() {
    let case = Case::new();
    let keys: Vec<_> = (0..5).map(|_| case.create(&[Right::Fetch], Scope::All, None)).collect();
    let authority = case.authority();
    for (token, key) in &keys {
        let access = authority.access(Some(&bearer(key))).unwrap();
        assert_eq!(access.token_id(), Some(&*token.id));
    }
}

#[test]
fn without_a_token_untrusted_events_of_open_organizations_are_taken() {
    let case = Case::new();
    case.create(&[Right::Fetch], Scope::All, None);
    assert_eq!(refusal(&case.authority(), None), Some(Refusal::Unauthorized));

    let access = case.authority_open_to(&["acme"]).access(None).unwrap();
    assert_eq!(access.check(Right::Store, "acme"), Ok(()));
    assert_eq!(access.check(Right::Store, "umbra"), Err(Refusal::Unauthorized));
    for right in Right::ALL.into_iter().filter(|&right| right != Right::Store) {
        assert_eq!(access.check(right, "acme"), Err(Refusal::Unauthorized), "{right}");
        assert_eq!(access.check_any(right), Err(Refusal::Unauthorized), "{right}");
    }
    assert_eq!(access.token_id(), None);
}

#[test]
fn without_a_token_file_everyone_may_do_everything() {
    let case = Case::new();
    let authority = case.authority();
    assert!(authority.is_open());
    for header in [None, Some(&header("Bearer anything"))] {
        let access = authority.access(header).unwrap();
        assert!(Right::ALL.iter().all(|&right| access.check(right, "acme").is_ok()));
        assert_eq!(access.organizations(), Organizations::All);
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let case = Case::new();
    let options = AuthorityOptions { must_exist: true, ..AuthorityOptions::default() };
    let error = Authority::open(case.file.path(), options).unwrap_err();
    assert!(matches!(error, TokenError::Missing { .. }));
}

#[test]
fn changes_count_from_the_next_request_on() {
    let case = Case::new();
    let authority = case.authority();
    let clone = authority.clone();
    assert!(authority.is_open());
    let (first, first_key) = case.create(&[Right::Fetch], Scope::All, None);
    assert!(!authority.is_open(), "the first token ends open mode");
    assert_eq!(refusal(&authority, None), Some(Refusal::Unauthorized));
    let (_, second_key) = case.create(&[Right::Fetch], Scope::All, None);
    for key in [&first_key, &second_key] {
        assert_eq!(refusal(&authority, Some(&bearer(key))), None, "two are valid at once");
    }
    case.file.revoke(&first.id).unwrap();
    for authority in [&authority, &clone] {
        assert_eq!(refusal(authority, Some(&bearer(&first_key))), Some(Refusal::Unauthorized));
        assert_eq!(refusal(authority, Some(&bearer(&second_key))), None);
    }
}

#[test]
fn a_token_ends_at_its_time() {
    let case = Case::new();
    let now = Timestamp::now().millis();
    let (_, soon) = case.create(&[Right::Fetch], Scope::All, Some(Timestamp(now + 3_600_000)));
    let (_, past) = case.create(&[Right::Fetch], Scope::All, Some(Timestamp(now - 1)));
    let authority = case.authority();
    assert_eq!(refusal(&authority, Some(&bearer(&soon))), None);
    assert_eq!(refusal(&authority, Some(&bearer(&past))), Some(Refusal::Unauthorized));
}

#[test]
fn tokens_that_cannot_be_read_let_nobody_in() {
    let case = Case::new();
    let (_, key) = case.create(&[Right::Fetch], Scope::All, None);
    let authority = case.authority_open_to(&["acme"]);
    let text = fs::read(case.file.path()).unwrap();
    let nobody = |what: &str| {
        for header in [None, Some(&bearer(&key))] {
            assert_eq!(refusal(&authority, header), Some(Refusal::Unavailable), "{what}");
        }
        assert!(!authority.is_open(), "{what}");
    };
    fs::write(case.file.path(), "{").unwrap();
    nobody("damaged");
    assert!(Authority::open(case.file.path(), AuthorityOptions::default()).is_err());
    fs::remove_file(case.file.path()).unwrap();
    nobody("removed");
    nobody("still removed");
    fs::create_dir(case.file.path()).unwrap();
    nobody("a folder");
    fs::remove_dir(case.file.path()).unwrap();
    fs::write(case.file.path(), text).unwrap();
    assert_eq!(refusal(&authority, Some(&bearer(&key))), None, "mended");
    drop(case.folder);
    nobody("gone with its folder");
}

#[test]
fn a_change_shows_though_the_clock_of_files_stood_still() {
    let case = Case::new();
    let (_, key) = case.create(&[Right::Fetch], Scope::All, None);
    let authority = case.authority();
    assert_eq!(refusal(&authority, Some(&bearer(&key))), None);
    let text = fs::read_to_string(case.file.path()).unwrap();
    let damaged = text.replace("fetch", "fetcH");
    fs::write(case.file.path(), damaged).unwrap();
    // As if both states had the same times and the same length.
    authority.shared.known.write().unwrap().stamp = case.file.stamp().unwrap();
    assert_eq!(refusal(&authority, Some(&bearer(&key))), Some(Refusal::Unavailable));
}

#[test]
fn what_may_not_be_read_lets_nobody_in() {
    let case = Case::new();
    let (_, key) = case.create(&[Right::Fetch], Scope::All, None);
    let authority = case.authority();
    fs::set_permissions(case.file.path(), fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads it all the same.
    let readable = fs::read(case.file.path()).is_ok();
    let expected = (!readable).then_some(Refusal::Unavailable);
    assert_eq!(refusal(&authority, Some(&bearer(&key))), expected);
}
