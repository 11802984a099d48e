//! The rows of an answer, one after the other.

use super::answer::{Answer, Cell};
use gristmill_storage::Timestamp;
use gristmill_storage::timestamp::IsoText;
use std::iter::FusedIterator;

/// A row of an [`Answer`]: where its bucket starts, and a cell for each of [`Answer::fields`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    answer: &'a Answer,
    /// Below its length.
    at: usize,
}

impl Answer {
    /// The rows, in their order. Nothing is allocated for them.
    ///
    /// ```
    /// # use gristmill_query::exec::{ExecOptions, execute};
    /// use gristmill_query::request::{Fetch, FetchContext};
    /// # use gristmill_storage::{Timestamp, event::Event, schema::Dimension, segment::SegmentBuilder};
    ///
    /// # let mut segment = SegmentBuilder::new();
    /// # for (product, value) in [(Some("lamp"), 2.5), (Some("lamp"), 4.0), (None, 1.0)] {
    /// #     let mut event = Event::new(Timestamp(0), "acme", "shop");
    /// #     event.set(Dimension::Dim1, product);
    /// #     event.value = Some(value);
    /// #     segment.push(&event.as_row())?;
    /// # }
    /// # let segments = [std::sync::Arc::new(segment.build()?)];
    /// # let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    /// let fetch = Fetch::from_json(
    ///     r#"{"organization_id":"acme","interval":{"start":"1970-01-01","end":"1970-01-02"},"granularity":"day",
    ///         "group_by":["dim1"],"aggregations":["count","sum"]}"#,
    ///     &FetchContext::new(),
    /// )?;
    /// # let answer = execute(&fetch, &segments, &ExecOptions::default(), &pool, None)?;
    /// // let answer = store.fetch(&fetch)?;
    /// let mut sales = Vec::new();
    /// for row in answer.rows() {
    ///     let product = row.get("dim1").and_then(|cell| cell.as_str());
    ///     let sum = row.get("sum").and_then(|cell| cell.as_f64());
    ///     sales.push((row.start(), product, sum));
    /// }
    /// let day = gristmill_storage::Timestamp(0);
    /// assert_eq!(sales, [(day, None, Some(1.0)), (day, Some("lamp"), Some(6.5))]);
    ///
    /// // A name is looked up each time; where rows are many, look it up once.
    /// let count = answer.position("count").ok_or("no such column")?;
    /// let counts: Vec<_> = answer.rows().map(|row| row.cell(count).as_i64()).collect();
    /// assert_eq!(counts, [Some(1), Some(2)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rows(
        &self,
    ) -> impl ExactSizeIterator<Item = Row<'_>> + DoubleEndedIterator + FusedIterator + Clone {
        (0..self.len()).map(|at| Row { answer: self, at })
    }

    /// Where the column of that name stands among [`Answer::fields`].
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

impl<'a> Row<'a> {
    /// Where the row's bucket starts.
    pub fn start(&self) -> Timestamp {
        Timestamp(self.answer.starts[self.at])
    }

    /// Where the row's bucket starts, as it is written in the answer's zone.
    pub fn label(&self) -> IsoText {
        self.answer.zone.text_of(self.answer.starts[self.at])
    }

    /// The cells, in the order of [`Answer::fields`]: the bucket's start, the grouped dimensions, the metrics.
    pub fn cells(
        &self,
    ) -> impl ExactSizeIterator<Item = Cell<'a>> + DoubleEndedIterator + FusedIterator + Clone + use<'a> {
        let Self { answer, at } = *self;
        (0..answer.fields.len()).map(move |column| answer.cell(at, column))
    }

    /// What stands in a column of [`Answer::fields`]; null outside of them.
    pub fn cell(&self, column: usize) -> Cell<'a> {
        self.answer.cell(self.at, column)
    }

    /// What stands in the column of that name; `None` where there is no such column.
    pub fn get(&self, name: &str) -> Option<Cell<'a>> {
        self.answer.position(name).map(|column| self.cell(column))
    }
}

impl<'a> Cell<'a> {
    /// Whether nothing stands there.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value of a text dimension; `None` for all else. [`Row::start`] and [`Row::label`] have the timestamp.
    pub fn as_str(&self) -> Option<&'a str> {
        match *self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer dimension, or a count; `None` for all else, floats included.
    pub fn as_i64(&self) -> Option<i64> {
        match *self {
            Self::Integer(integer) => Some(integer),
            _ => None,
        }
    }

    /// A number, be it an integer or a float; `None` for all else. Integers beyond 2^53 are rounded.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::Integer(integer) => Some(integer as f64),
            Self::Float(float) => Some(float),
            Self::Null | Self::Text(_) | Self::Timestamp(_) => None,
        }
    }
}
