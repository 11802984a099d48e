//! The scan whose keys go through a hash table.

use super::ExecError;
use super::account::Share;
use super::batch_rows::BatchRows;
use super::buckets::Buckets;
use super::cell::Cell;
use super::group::GroupIds;
use super::groups::Groups;
use super::key::KeyLayout;
use super::pack::{Expanded, append_codes, multi};
use super::piece::Piece;
use super::prepare::Prepared;
use super::scan::{BATCH_ROWS, EXPANDED_ROWS};
use super::slots::Slots;
use super::values::SpanValues;
use crate::filter::{RowSet, select};
use crate::narrow;
use crate::plan::Plan;
use gristmill_storage::segment::{Lists, RunTimes};

/// The scan of some rows of one segment.
pub(crate) struct HashedScan<'p, C> {
    plan: &'p Plan<'p>,
    prepared: &'p Prepared<'p>,
    buckets: Buckets<'p>,
    ids: GroupIds,
    slots: Slots<C>,
    share: Share<'p>,
    multi: Option<&'p Lists>,
    matched: u64,
    /// Packed keys of one batch; this and the next are kept to be filled again.
    keys: Vec<u64>,
    group_ids: Vec<u32>,
}

/// What is known of the rows of one part.
struct ScannedSpan<'p> {
    /// Where they end.
    end: u32,
    times: Option<RunTimes<'p>>,
    values: SpanValues<'p>,
}

impl<'p, C: Cell> HashedScan<'p, C> {
    /// Scans a piece. Distinct codes are kept where `keep` says so.
    pub(crate) fn scan(
        plan: &'p Plan<'p>,
        prepared: &'p Prepared<'p>,
        piece: &Piece,
        keep: bool,
    ) -> Result<(Groups, u64), ExecError> {
        let columns = &prepared.columns;
        // A bucket holds a row at least, so there are no more buckets than rows.
        let radices: Vec<u64> = std::iter::once(piece.rows().max(1))
            .chain(columns.groups.iter().map(|column| column.dictionary.len() as u64))
            .collect();
        let mut share = plan.account.share();
        let mut scan = Self {
            plan,
            prepared,
            buckets: Buckets::new(
                &plan.bucketer,
                columns.timestamps.is_none().then_some(plan.fetch.interval.start),
            ),
            // One row makes at most as many groups as it has values, and there are fewer than 2^32 of those.
            ids: GroupIds::new(KeyLayout::new(&radices, 1 << 32)),
            slots: Slots::new(prepared, 0, 0, piece.rows().max(1), &mut share)?,
            share,
            multi: multi(&columns.groups),
            matched: 0,
            keys: Vec::new(),
            group_ids: Vec::new(),
        };
        for part in &piece.parts {
            let rows = select(&prepared.filter, &part.rows, plan.options.tuning);
            let span = ScannedSpan {
                end: part.rows.end,
                times: prepared.times(part.span),
                values: prepared.values(part.span),
            };
            scan.rows(&rows, &span)?;
        }
        let matched = scan.matched;
        Ok((scan.finish(keep)?, matched))
    }

    fn rows(&mut self, rows: &RowSet, span: &ScannedSpan<'_>) -> Result<(), ExecError> {
        match rows {
            RowSet::Range(rows) => rows.clone().step_by(BATCH_ROWS as usize).try_for_each(|start| {
                let rows = start..rows.end.min(start.saturating_add(BATCH_ROWS));
                self.batch(&BatchRows::Range(rows), span)
            }),
            RowSet::List(rows) => {
                rows.chunks(BATCH_ROWS as usize).try_for_each(|rows| self.batch(&BatchRows::List(rows), span))
            }
            RowSet::Bits { rows: within, .. } => {
                let mut buffer = [0; BATCH_ROWS as usize];
                rows.try_for_each_batch(within, &mut buffer, |rows| self.batch(&BatchRows::List(rows), span))
            }
        }
    }

    fn batch(&mut self, rows: &BatchRows<'_>, span: &ScannedSpan<'_>) -> Result<(), ExecError> {
        self.plan.stop.check()?;
        self.matched += rows.len() as u64;
        self.bucket_ids(rows, span);
        let values = &span.values;
        let Some(lists) = self.multi else { return self.grouped(rows, &[], values) };
        let bucket_ids = std::mem::take(&mut self.keys);
        let mut expanded = Expanded::default();
        let mut result = Ok(());
        rows.zip(bucket_ids.iter(), |row, bucket| {
            expanded.push(lists, row);
            self.keys.resize(expanded.len(), *bucket);
            if expanded.len() >= EXPANDED_ROWS && result.is_ok() {
                result = self.grouped(&BatchRows::List(expanded.rows()), expanded.codes(), values);
                self.keys.clear();
                expanded.clear();
            }
        });
        result?;
        self.grouped(&BatchRows::List(expanded.rows()), expanded.codes(), values)
    }

    /// The number of each row's bucket, in `keys`.
    fn bucket_ids(&mut self, rows: &BatchRows<'_>, span: &ScannedSpan<'_>) {
        let ids = &mut self.keys;
        ids.clear();
        match rows {
            BatchRows::Range(rows) => {
                let mut row = rows.start;
                while row < rows.end {
                    let (bucket, next) = self.buckets.slice(span.times, row, rows.end);
                    ids.resize(ids.len() + (next - row) as usize, u64::from(bucket));
                    row = next;
                }
            }
            BatchRows::List(rows) => {
                let (mut bucket, mut next) = (0, 0);
                for row in *rows {
                    if *row >= next {
                        (bucket, next) = self.buckets.slice(span.times, *row, span.end);
                    }
                    ids.push(u64::from(bucket));
                }
            }
        }
    }

    /// Rows whose bucket ids stand in `keys`.
    fn grouped(
        &mut self,
        rows: &BatchRows<'_>,
        multi: &[u32],
        values: &SpanValues<'_>,
    ) -> Result<(), ExecError> {
        for stage in 0..self.ids.layout().stages.len() {
            let parts = self.ids.layout().stages[stage].parts.clone();
            for (part, radix) in parts.zip(self.ids.layout().stages[stage].radices.iter()) {
                // Part 0 is the bucket, which the keys start with.
                if let Some(column) = part.checked_sub(1) {
                    append_codes(&mut self.keys, *radix, &self.prepared.columns.groups[column], rows, multi);
                }
            }
            self.ids.assign(stage, &mut self.keys);
        }
        self.group_ids.clear();
        self.group_ids.extend(self.keys.iter().map(|id| narrow::unpacked(*id)));
        self.plan.options.budget.check_groups(self.ids.len() as u64)?;
        self.slots.grow(self.ids.len());
        self.slots.add(&self.group_ids, rows, values, &self.prepared.columns);
        self.share.set(self.ids.heap_bytes() + self.slots.heap_bytes())
    }

    fn finish(mut self, keep: bool) -> Result<Groups, ExecError> {
        let mut out = Groups::of(self.plan);
        let ids = &self.ids;
        let starts = self.buckets.into_starts();
        let mut parts = vec![0; 1 + self.prepared.columns.groups.len()];
        self.slots.take(&mut out, keep, |met, bucket_starts, codes| {
            for id in met {
                ids.parts(*id, &mut parts);
                bucket_starts.push(starts[parts[0] as usize]);
                codes.iter_mut().zip(&parts[1..]).for_each(|(codes, code)| codes.push(*code));
            }
        });
        self.plan.account.take(out.heap_bytes(&self.plan.needs))?;
        out.sort();
        Ok(out)
    }
}
