//! The census for people.

use super::census::{Census, Damaged, SegmentCount};
use super::files::Files;
use crate::render::{Column, Ink, Role, Sheet, bytes, count, printable, write_table};
use gristmill::response::Cell;
use gristmill::timestamp::IsoText;
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::Path;

/// So many lines of a table are shown; the JSON has them all.
const MOST_LINES: usize = 20;

/// Writes a summary, the largest tenants, the dictionaries, and the newest segments.
pub(super) fn write(
    store: &Path,
    census: &Census,
    files: Files,
    ink: Ink,
    mut out: impl Write,
) -> io::Result<()> {
    write_summary(store, census, files, ink, &mut out)?;
    if census.rows() == 0 {
        return Ok(());
    }
    write_damage(census, ink, &mut out)?;
    write_tenants(census, ink, &mut out)?;
    write_dictionaries(census, ink, &mut out)?;
    write_segments(census, ink, &mut out)
}

fn write_summary(
    store: &Path,
    census: &Census,
    files: Files,
    ink: Ink,
    out: &mut impl Write,
) -> io::Result<()> {
    let times = census.times().map_or_else(
        || "no events".to_owned(),
        |times| format!("{} to {}", instant(*times.start()), instant(*times.end())),
    );
    let logged = match census.logged_rows() {
        0 => String::new(),
        rows => format!(", {} of them in the log only", count(rows)),
    };
    let lines = [
        ("store", printable(&store.display().to_string()).into_owned()),
        ("events", format!("{}{logged}", count(census.rows()))),
        ("time", times),
        ("segments", count(census.files().count() as u64)),
        ("on disk", format!("{} in {} files", bytes(files.bytes), count(files.number))),
    ];
    for (name, value) in lines {
        writeln!(out, "{} {value}", ink.strong(&format!("{name:<9}")))?;
    }
    Ok(())
}

/// Names what cannot be read, where there is anything.
fn write_damage(census: &Census, ink: Ink, out: &mut impl Write) -> io::Result<()> {
    for loss in &census.losses {
        let told = format!("a repair gave up appends {} to {} of log {}", loss.first, loss.last, loss.log);
        writeln!(out, "{}    {told}: {} events at most", ink.strong("lost"), count(loss.events))?;
    }
    if census.damaged.is_empty() {
        return Ok(());
    }
    let mut sheet = table(&["damaged segment", "file", "organizations"], &["events", "first", "last"]);
    let organizations: Vec<String> = census
        .damaged
        .iter()
        .map(|Damaged { organizations, .. }| format!("{} to {}", organizations.first, organizations.last))
        .collect();
    for (damaged, organizations) in census.damaged.iter().zip(&organizations).take(MOST_LINES) {
        let [first, last] = ends(&damaged.times);
        let id = integer(damaged.id.unwrap_or_default());
        let (file, organizations) = (Cell::Text(&damaged.file), Cell::Text(organizations));
        sheet.push([id, file, organizations, integer(damaged.rows), first, last]);
    }
    write_section("Damaged: what needs these fails", &sheet, census.damaged.len(), ink, out)?;
    for damaged in census.damaged.iter().take(MOST_LINES) {
        let told = if damaged.quarantined { "in quarantine since a repair" } else { &damaged.reason };
        writeln!(out, "{}", ink.faint(&format!("{}: {}", printable(&damaged.file), printable(told))))?;
    }
    Ok(())
}

fn write_tenants(census: &Census, ink: Ink, out: &mut impl Write) -> io::Result<()> {
    let mut tenants: Vec<_> = census.tenants.iter().collect();
    tenants.sort_by_key(|(_, tenant)| std::cmp::Reverse(tenant.rows));
    let mut sheet = table(&["organization_id"], &["vendors", "events", "first", "last"]);
    for (organization, tenant) in tenants.iter().take(MOST_LINES) {
        let [first, last] = ends(&tenant.times);
        let vendors = integer(tenant.vendors.len() as u64);
        sheet.push([Cell::Text(organization), vendors, integer(tenant.rows), first, last]);
    }
    write_section("Tenants, the largest first", &sheet, tenants.len(), ink, out)
}

fn write_dictionaries(census: &Census, ink: Ink, out: &mut impl Write) -> io::Result<()> {
    let mut sheet =
        table(&["dimension"], &["values, most in a segment", "entries in all segments", "null rows"]);
    let mut used = 0;
    for count in census.dimensions.iter().filter(|count| count.entries > 0) {
        let name = Cell::Text(count.dimension.name());
        sheet.push([name, integer(count.largest), integer(count.entries), integer(count.nulls)]);
        used += 1;
    }
    write_table_below("Dictionaries", &sheet, ink, out)?;
    let unused = census.dimensions.len() - used;
    if unused > 0 {
        writeln!(out, "{}", ink.faint(&format!("{unused} dimensions are null in every event")))?;
    }
    Ok(())
}

fn write_segments(census: &Census, ink: Ink, out: &mut impl Write) -> io::Result<()> {
    let mut segments: Vec<&SegmentCount> = census.files().collect();
    segments.sort_by_key(|segment| std::cmp::Reverse(segment.id));
    if segments.is_empty() {
        return Ok(());
    }
    let mut sheet = table(&["segment"], &["events", "bytes", "first", "last"]);
    for segment in segments.iter().take(MOST_LINES) {
        let [first, last] = ends(&segment.times);
        let id = integer(segment.id.unwrap_or_default());
        sheet.push([id, integer(segment.rows), integer(segment.bytes), first, last]);
    }
    write_section("Segments, the newest first", &sheet, segments.len(), ink, out)
}

fn write_section(
    title: &str,
    sheet: &Sheet<'_>,
    lines: usize,
    ink: Ink,
    out: &mut impl Write,
) -> io::Result<()> {
    write_table_below(title, sheet, ink, out)?;
    if lines > MOST_LINES {
        let more = count((lines - MOST_LINES) as u64);
        writeln!(out, "{}", ink.faint(&format!("and {more} more; --json has them all")))?;
    }
    Ok(())
}

fn write_table_below(title: &str, sheet: &Sheet<'_>, ink: Ink, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{}", ink.strong(title))?;
    write_table(sheet, None, ink, out)
}

fn table<'a>(names: &[&'a str], figures: &[&'a str]) -> Sheet<'a> {
    let names = names.iter().map(|name| Column { name, role: Role::Group });
    let figures = figures.iter().map(|name| Column { name, role: Role::Metric });
    Sheet::new(names.chain(figures).collect())
}

fn integer<'a>(number: u64) -> Cell<'a> {
    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn ends<'a>(times: &RangeInclusive<i64>) -> [Cell<'a>; 2] {
    [times.start(), times.end()].map(|millis| Cell::Timestamp(IsoText::new(*millis, 0)))
}

fn instant(millis: i64) -> String {
    IsoText::new(millis, 0).as_str().to_owned()
}
