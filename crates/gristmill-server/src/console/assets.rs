//! The files of the page, compiled in.

use axum::http::HeaderValue;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// A file that browsers load.
#[derive(Debug)]
pub(super) struct Asset {
    /// Its path on the service.
    pub(super) path: &'static str,
    pub(super) content_type: &'static str,
    pub(super) content: Bytes,
    /// Tells one version of the content from another.
    pub(super) tag: HeaderValue,
}

const PAGE: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const IMAGE: &str = "image/svg+xml";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// `(path, type, content)` of each file; a path is the name of its file, but for the page.
macro_rules! files {
    ($($name:literal $content_type:ident;)*) => {
        [$((concat!("/console/", $name), $content_type, include_str!(concat!("assets/", $name)))),*]
    };
}

const FILES: &[(&str, &str, &str)] = &files! {
    "answer.js" SCRIPT;
    "chart.js" SCRIPT;
    "combobox.js" SCRIPT;
    "console.css" STYLE;
    "console.js" SCRIPT;
    "controls.js" SCRIPT;
    "download.js" SCRIPT;
    "element.js" SCRIPT;
    "empty.js" SCRIPT;
    "event_form.js" SCRIPT;
    "explanation.js" SCRIPT;
    "filter_editor.js" SCRIPT;
    "filters.js" SCRIPT;
    "icon.svg" IMAGE;
    "link.js" SCRIPT;
    "number.js" SCRIPT;
    "problem.js" SCRIPT;
    "ranking.js" SCRIPT;
    "request.js" SCRIPT;
    "result.js" SCRIPT;
    "service.js" SCRIPT;
    "table.js" SCRIPT;
    "tabs.js" SCRIPT;
    "theme.js" SCRIPT;
    "time.js" SCRIPT;
};

/// Every file, the page first.
pub(super) fn assets() -> impl Iterator<Item = Asset> {
    let page = Asset::new("/", PAGE, include_str!("assets/index.html"));
    let file = |&(path, content_type, text)| Asset::new(path, content_type, text);
    [page].into_iter().chain(FILES.iter().map(file))
}

impl Asset {
    pub(super) fn new(path: &'static str, content_type: &'static str, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let digest = Sha256::digest(&content);
        let sum = u128::from_be_bytes(std::array::from_fn(|at| digest[at]));
        // Hexadecimal digits in quotes are a header's value.
        let tag =
            HeaderValue::from_str(&format!("\"{sum:032x}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { path, content_type, content, tag }
    }

    /// Whether a header `If-None-Match` names this version.
    pub(super) fn is_known_by(&self, header: &HeaderValue) -> bool {
        let own = self.tag.as_bytes();
        let tags = header.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        tags.map(|tag| tag.strip_prefix(b"W/").unwrap_or(tag)).any(|tag| tag == own || tag == b"*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/assets");
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let files: BTreeSet<String> =
            fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap())).collect();
        let served =
            assets().map(|asset| asset.path.trim_start_matches("/console/").replace('/', "index.html"));
        assert_eq!(served.collect::<BTreeSet<_>>(), files);
    }

    #[test]
    fn a_version_is_known_by_its_tag_in_any_place_and_form() {
        let asset = Asset::new("/a", SCRIPT, "let a;");
        let tag = asset.tag.to_str().unwrap();
        for known in [tag.to_owned(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            assert!(asset.is_known_by(&HeaderValue::from_str(&known).unwrap()), "{known}");
        }
        let other = Asset::new("/a", SCRIPT, "let b;");
        assert!(!asset.is_known_by(&other.tag));
    }

    /// A page without them needs no exception from its content security policy.
    #[test]
    fn no_file_has_scripts_or_styles_in_attributes_or_asks_another_host() {
        for asset in assets() {
            let text = std::str::from_utf8(&asset.content).unwrap();
            let forbidden = [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "style=\"",
                " onclick=\"",
                "https://",
                "<script>",
            ];
            for word in forbidden {
                assert!(!text.contains(word), "{}: {word}", asset.path);
            }
            let hosts = text.matches("http://").count() - text.matches("http://www.w3.org/2000/svg").count();
            assert_eq!(hosts, 0, "{}", asset.path);
        }
    }
}
