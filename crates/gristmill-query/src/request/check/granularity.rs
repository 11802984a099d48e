//! `granularity`: how long a bucket is.

use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Object;
use crate::time::Granularity;

const KEY: &str = "granularity";

pub(super) fn check(request: &Object<'_, '_>) -> Result<Granularity, FetchError> {
    let json = request.require(KEY, "a granularity such as \"day\", or \"all\"")?;
    if json.is_object() {
        let known = Granularity::NAMED.map(|(name, _)| name).join(", ");
        let message = format!("the object form is not supported by this version; expected one of {known}");
        return Err(json.error(FetchErrorKind::Unsupported, message));
    }
    json.word(KEY, &Granularity::NAMED)
}
