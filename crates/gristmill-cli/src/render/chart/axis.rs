//! The axis of time: which buckets are named, and by what.

use super::spread::Spread;
use std::collections::BTreeMap;

/// What the labels of neighbouring buckets differ by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Year,
    Month,
    Day,
    Time,
}

/// The three lines below a chart over time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Axis {
    /// The line itself with a mark at each bucket that is named.
    pub(super) line: String,
    /// What neighbours differ by: days, hours. It begins [`OVERHANG`] columns before the line.
    pub(super) near: String,
    /// What they share: the month of days, the day of hours. Empty where there is no such thing. It begins
    /// [`OVERHANG`] columns before the line.
    pub(super) far: String,
}

/// So far a name may reach beyond the left end of the line, so that it can stand below the middle of the first bar.
pub(super) const OVERHANG: usize = 2;

/// A bucket that begins something with a name.
#[derive(Debug)]
struct Mark {
    bucket: usize,
    near: String,
    far: String,
}

impl Axis {
    pub(super) fn of(labels: &[String], unit: Unit, spread: Spread) -> Self {
        let marks = marks(labels, unit, spread);
        let mut line: Vec<char> = vec!['─'; spread.width];
        let mut near = Ribbon::new(spread.width + OVERHANG);
        for mark in named(&marks, spread) {
            let middle = spread.middle(mark.bucket);
            if near.write((middle + OVERHANG).saturating_sub(mark.near.len() / 2), &mark.near) {
                line[middle.min(spread.width - 1)] = '┬';
            }
        }
        Self { line: line.into_iter().collect(), near: near.text(), far: far_names(&marks, spread) }
    }
}

/// What can be named, in the finest unit for which the names of what it shares find room.
fn marks(labels: &[String], unit: Unit, spread: Spread) -> Vec<Mark> {
    let marks = marks_of(labels, unit);
    let coarser = match unit {
        Unit::Time => Unit::Day,
        Unit::Day => Unit::Month,
        Unit::Month => Unit::Year,
        Unit::Year => return marks,
    };
    let changes = changes(&marks, spread);
    // The first and the last may be cut short by the ends of the interval.
    let whole = changes.windows(2).skip(1);
    if whole.into_iter().any(|pair| pair[1].0 - pair[0].0 <= pair[0].1.len()) {
        return self::marks(labels, coarser, spread);
    }
    marks
}

/// The buckets whose name differs from that of the bucket before.
fn marks_of(labels: &[String], unit: Unit) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (bucket, (near, far)) in names(labels, unit).into_iter().enumerate() {
        if marks.last().is_none_or(|last| last.near != near || last.far != far) {
            marks.push(Mark { bucket, near, far });
        }
    }
    marks
}

/// The columns where what buckets share changes, with its name.
fn changes(marks: &[Mark], spread: Spread) -> Vec<(usize, &str)> {
    let mut changes: Vec<(usize, &str)> = Vec::new();
    for mark in marks {
        if changes.last().is_none_or(|(_, last)| *last != mark.far) {
            changes.push((spread.column(mark.bucket, 1), &mark.far));
        }
    }
    changes
}

/// The names of what buckets share, each where it begins; a name without room before the next is left out.
fn far_names(marks: &[Mark], spread: Spread) -> String {
    let changes = changes(marks, spread);
    let mut ribbon = Ribbon::new(spread.width + OVERHANG);
    for (at, &(column, far)) in changes.iter().enumerate() {
        let room = changes.get(at + 1).map_or(usize::MAX, |(next, _)| next - column);
        if far.len() < room {
            ribbon.write(column + OVERHANG, far);
        }
    }
    ribbon.text()
}

/// The marks that get a name: so many that the names do not touch.
fn named(marks: &[Mark], spread: Spread) -> Vec<&Mark> {
    at_full_times(marks, spread).unwrap_or_else(|| {
        let stride = stride(marks, spread);
        marks.iter().step_by(stride).collect()
    })
}

/// Minutes from one name to the next, the first that leaves enough room is taken.
const CLOCK_STEPS: [u32; 14] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440];

/// The marks at full hours or the like, counted from midnight, so that a change of the clock does not shift them.
/// `None` for days and seconds, and where fewer than two names find room.
fn at_full_times(marks: &[Mark], spread: Spread) -> Option<Vec<&Mark>> {
    let minutes: Vec<u32> = marks.iter().map(|mark| minute_of_day(&mark.near)).collect::<Option<_>>()?;
    CLOCK_STEPS.into_iter().find_map(|step| {
        let full = |(mark, minute): (_, &u32)| minute.is_multiple_of(step).then_some(mark);
        let named: Vec<&Mark> = marks.iter().zip(&minutes).filter_map(full).collect();
        let has_room = |pair: &[&Mark]| {
            let room = spread.column(pair[1].bucket, 1) - spread.column(pair[0].bucket, 1);
            room > pair[0].near.len().max(pair[1].near.len())
        };
        (named.len() > 1 && named.windows(2).all(has_room)).then_some(named)
    })
}

/// Minutes since midnight of a name such as `03:00` or `03:00+02:00`.
fn minute_of_day(name: &str) -> Option<u32> {
    let is_whole = name.get(2..3)? == ":" && name.get(5..6) != Some(":");
    let number = |range: std::ops::Range<usize>| name.get(range)?.parse::<u32>().ok();
    is_whole.then_some(number(0..2)? * 60 + number(3..5)?)
}

/// Marks from one name to the next, the first that leaves enough room is taken.
const STRIDES: [usize; 22] =
    [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 15, 20, 24, 28, 30, 42, 48, 60, 84, 96, 120];

/// The fewest marks from one name to the next so that names do not touch. The first mark may stand near the second when
/// the interval begins late in a month, so the room is taken over all marks.
fn stride(marks: &[Mark], spread: Spread) -> usize {
    let widest = marks.iter().map(|mark| mark.near.len()).max().unwrap_or(1);
    let fits = |stride: &usize| stride * spread.width > widest * marks.len();
    STRIDES.into_iter().find(fits).unwrap_or_else(|| marks.len().max(1))
}

/// For each bucket the name that tells it from its neighbours, and the name of what they share.
fn names(labels: &[String], unit: Unit) -> Vec<(String, String)> {
    let seconds = labels.iter().any(|label| label.get(16..23).is_some_and(|rest| rest != ":00.000"));
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels {
        *times.entry(wall_clock(label)).or_default() += 1;
    }
    labels
        .iter()
        .map(|label| {
            let (year, month, day) = (part(label, 0..4), month_name(part(label, 5..7)), part(label, 8..10));
            match unit {
                Unit::Year => (year.to_owned(), String::new()),
                Unit::Month => (month.to_owned(), year.to_owned()),
                Unit::Day => (day.to_owned(), format!("{month} {year}")),
                Unit::Time => {
                    let mut time = part(label, if seconds { 11..19 } else { 11..16 }).to_owned();
                    if times.get(wall_clock(label)).is_some_and(|&times| times > 1) {
                        time.push_str(label.get(23..).unwrap_or_default());
                    }
                    (time, format!("{day} {month} {year}"))
                }
            }
        })
        .collect()
}

/// The label without its offset.
fn wall_clock(label: &str) -> &str {
    part(label, 0..23)
}

fn part(label: &str, range: std::ops::Range<usize>) -> &str {
    label.get(range).unwrap_or("?")
}

fn month_name(number: &str) -> &'static str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    number.parse::<usize>().ok().and_then(|month| NAMES.get(month.wrapping_sub(1))).unwrap_or(&"?")
}

/// A line of text that is written piece by piece, from left to right.
struct Ribbon {
    text: Vec<u8>,
    width: usize,
}

impl Ribbon {
    fn new(width: usize) -> Self {
        Self { text: Vec::new(), width }
    }

    /// Writes ASCII text at the column or, near the right end, so far to the left of it that it fits; leaves it out
    /// where it would touch what is written.
    fn write(&mut self, column: usize, text: &str) -> bool {
        let column = column.min(self.width.saturating_sub(text.len()));
        let free = if self.text.is_empty() { 0 } else { self.text.len() + 1 };
        if column < free || column + text.len() > self.width {
            return false;
        }
        self.text.resize(column, b' ');
        self.text.extend_from_slice(text.as_bytes());
        true
    }

    fn text(self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(labels: &[String], unit: Unit, width: usize) -> Axis {
        Axis::of(labels, unit, Spread::new(labels.len(), width))
    }

    #[test]
    fn days_stand_above_their_month() {
        let labels: Vec<String> = ["10-30", "10-31", "11-01", "11-02"]
            .iter()
            .map(|day| format!("2021-{day}T00:00:00.000+03:00"))
            .collect();
        let axis = axis(&labels, Unit::Day, 40);
        assert_eq!(axis.near, "    30       31       01       02");
        assert_eq!(axis.far, "  Oct 2021          Nov 2021");
        assert_eq!(axis.line.chars().filter(|&mark| mark == '┬').count(), 4);
    }

    #[test]
    fn a_repeated_hour_shows_its_offset() {
        let labels: Vec<String> = ["02:00:00.000+03:00", "03:00:00.000+03:00", "03:00:00.000+02:00"]
            .iter()
            .map(|time| format!("2021-10-31T{time}"))
            .collect();
        let axis = axis(&labels, Unit::Time, 60);
        assert!(axis.near.contains("03:00+03:00") || axis.near.contains("03:00+02:00"), "{axis:?}");
        assert_eq!(axis.far.trim(), "31 Oct 2021");
    }

    #[test]
    fn a_change_of_the_clock_does_not_shift_the_names() {
        let hour = |hour: u32, offset: &str| format!("2021-10-31T{hour:02}:00:00.000{offset}");
        let before = (0..4).map(|at| hour(at, "+03:00"));
        let labels: Vec<String> = before.chain((3..24).map(|at| hour(at, "+02:00"))).collect();
        let axis = axis(&labels, Unit::Time, 75);
        let even: Vec<String> = (0..24).step_by(2).map(|hour| format!("{hour:02}:00")).collect();
        assert_eq!(axis.near.split_whitespace().collect::<Vec<_>>(), even);
    }

    #[test]
    fn names_thin_out_and_start_at_midnight() {
        let labels: Vec<String> = (20..44)
            .map(|hour| format!("2021-11-{:02}T{:02}:00:00.000Z", 1 + hour / 24, hour % 24))
            .collect();
        let axis = axis(&labels, Unit::Time, 48);
        assert!(axis.near.contains("00:00") && axis.near.contains("12:00"), "{axis:?}");
        assert!(!axis.near.contains("01:00"), "{axis:?}");
        assert_eq!(axis.far.trim(), "02 Nov 2021");
    }

    #[test]
    fn many_days_are_named_by_their_months() {
        let labels: Vec<String> = (0..336)
            .map(|day| format!("2021-{:02}-{:02}T00:00:00.000Z", 1 + day / 28, 1 + day % 28))
            .collect();
        let axis = axis(&labels, Unit::Day, 84);
        assert_eq!(axis.near.split_whitespace().take(4).collect::<Vec<_>>(), ["Jan", "Feb", "Mar", "Apr"]);
        assert_eq!(axis.far.trim(), "2021");
    }

    #[test]
    fn odd_labels_do_not_panic() {
        for labels in [vec!["x".to_owned()], vec![String::new(), "é".repeat(12)]] {
            for unit in [Unit::Year, Unit::Month, Unit::Day, Unit::Time] {
                axis(&labels, unit, 3);
            }
        }
    }
}
