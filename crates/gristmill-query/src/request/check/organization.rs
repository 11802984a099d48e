//! `organization_id`: the one tenant that is asked about.

use crate::request::FetchContext;
use crate::request::error::{FetchError, FetchErrorKind};
use crate::request::json::Object;
use gristmill_storage::schema::Dimension;

pub(super) fn check(request: &Object<'_, '_>, context: &FetchContext) -> Result<String, FetchError> {
    let key = Dimension::OrganizationId.name();
    let Some(json) = request.get(key) else {
        return context.organization.clone().ok_or_else(|| {
            let message = "required: expected an organization's id here or beside the request, found neither";
            request.error_at(key, FetchErrorKind::Missing, message)
        });
    };
    let named = json.text("an organization's id")?;
    match &context.organization {
        Some(allowed) if **allowed != *named => {
            Err(json.invalid(&format!("{allowed:?}, the organization of this request, or no key")))
        }
        _ => Ok(named.into_owned()),
    }
}
