//! `granularity`: how long a bucket is.

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Object;
use crate::time::Granularity;

const KEY: &str = "granularity";

pub(super) fn check(request: &Object<'_, '_>) -> Result<Granularity, FetchError> {
    let known = Granularity::NAMED.map(|(name, _)| name);
    let expected = format!("one of {}", known.join(", "));
    let json = request.require(KEY, &expected)?;
    if json.is_object() {
        let message = format!("the object form is not supported by this version; expected {expected}");
        return Err(json.error(FetchErrorKind::Unsupported, message));
    }
    json.word(KEY, &Granularity::NAMED)
}
