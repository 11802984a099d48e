//! The census for programs.

use super::census::Census;
use super::files::Files;
use crate::command::verify::loss;
use gristmill::timestamp::IsoText;
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;
use std::path::Path;

/// Everything, as one object. Counts are of events.
pub(super) fn report(store: &Path, census: &Census, files: Files) -> Value {
    let segments: Vec<Value> = census
        .segments
        .iter()
        .map(|segment| {
            json!({
                "id": segment.id,
                "form": segment.form_name(),
                "rows": segment.rows,
                "bytes": segment.bytes,
                "time": interval(&segment.times),
                "index_damage": segment.index_damage,
            })
        })
        .collect();
    let damaged: Vec<Value> = census
        .damaged
        .iter()
        .map(|damaged| {
            let organizations = &damaged.organizations;
            json!({
                "id": damaged.id,
                "rows": damaged.rows,
                "quarantined": damaged.quarantined,
                "file": damaged.file,
                "reason": damaged.reason,
                "time": interval(&damaged.times),
                "organizations": {"first": &*organizations.first, "last": &*organizations.last},
            })
        })
        .collect();
    let tenants: Vec<Value> = census
        .tenants
        .iter()
        .map(|(organization, tenant)| {
            json!({
                "organization_id": organization,
                "vendors": tenant.vendors,
                "rows": tenant.rows,
                "time": interval(&tenant.times),
            })
        })
        .collect();
    let dictionaries: Map<String, Value> = census
        .dimensions
        .iter()
        .map(|count| {
            let value = json!({"largest": count.largest, "entries": count.entries, "null_rows": count.nulls});
            (count.dimension.name().to_owned(), value)
        })
        .collect();
    json!({
        "store": store.display().to_string(),
        "rows": census.rows(),
        "rows_in_log": census.logged_rows(),
        "time": census.times().as_ref().map(interval),
        "files": files.number,
        "bytes": files.bytes,
        "segments": segments,
        "damaged": damaged,
        "losses": census.losses.iter().map(loss).collect::<Vec<_>>(),
        "tenants": tenants,
        "dictionaries": dictionaries,
    })
}

/// The first and the last timestamp.
fn interval(times: &RangeInclusive<i64>) -> Value {
    let iso = |millis| IsoText::new(millis, 0).as_str().to_owned();
    json!({"first": iso(*times.start()), "last": iso(*times.end())})
}
