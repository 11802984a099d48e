//! What is kept of each group for figures that are more than counts, sums and extremes.
//!
//! Every state is the same whatever the order in which rows and other states come.

mod edge;
mod feed;
mod moments;
mod quantiles;
mod table;
mod theta;

use crate::request::{Aggregation, Metric};
use crate::response::Sketch;
use edge::Edge;
pub(crate) use feed::Feed;
use gristmill_storage::schema::Dimension;
use moments::Moments;
use quantiles::Quantiles;
pub(crate) use table::StateTable;
use theta::Theta;

/// What is kept of each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StateKind {
    /// Sums of the values and of their squares.
    Moments,
    /// The value of the earliest event, or of the latest.
    Edge { latest: bool },
    /// How many values are about as large.
    Quantiles,
    /// Which of the values of these dimensions have the least hashes.
    Theta(Vec<Dimension>),
}

impl StateKind {
    /// What an aggregation needs, if it needs a state.
    pub(crate) fn of(aggregation: &Aggregation) -> Option<Self> {
        match aggregation {
            Aggregation::Count
            | Aggregation::Sum
            | Aggregation::Avg
            | Aggregation::Min
            | Aggregation::Max
            | Aggregation::Uniq(_) => None,
            Aggregation::Variance(_) | Aggregation::StdDev(_) => Some(Self::Moments),
            Aggregation::First => Some(Self::Edge { latest: false }),
            Aggregation::Last => Some(Self::Edge { latest: true }),
            Aggregation::Quantile(_) => Some(Self::Quantiles),
            Aggregation::ApproxUniq(dimensions) => Some(Self::Theta(dimensions.clone())),
        }
    }

    /// What some metrics need, each once.
    pub(crate) fn of_metrics<'m>(metrics: impl Iterator<Item = &'m Metric>) -> Vec<Self> {
        let mut kinds = Vec::new();
        for kind in metrics.filter_map(|metric| Self::of(&metric.aggregation)) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// The state of a group without a row.
    pub(crate) fn empty(&self) -> State {
        match self {
            Self::Moments => State::Moments(Moments::default()),
            Self::Edge { latest } => State::Edge(Edge::new(*latest)),
            Self::Quantiles => State::Quantiles(Quantiles::default()),
            Self::Theta(_) => State::Theta(Theta::default()),
        }
    }
}

/// What is kept of one group.
#[derive(Clone, Debug)]
pub(crate) enum State {
    Moments(Moments),
    Edge(Edge),
    Quantiles(Quantiles),
    Theta(Theta),
}

/// A figure that a state gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Figure {
    /// A number; `None` where there is none.
    Number(Option<f64>),
    /// A number beyond what can be added up.
    OutOfRange,
}

impl State {
    /// Takes in the state of other rows of the group, of the same kind.
    pub(crate) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Moments(state), Self::Moments(other)) => state.merge(other),
            (Self::Edge(state), Self::Edge(other)) => state.merge(*other),
            (Self::Quantiles(state), Self::Quantiles(other)) => state.merge(other),
            (Self::Theta(state), Self::Theta(other)) => state.merge(other),
            // The states of a column are of one kind.
            _ => {}
        }
    }

    /// Bytes beside itself.
    #[inline]
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Moments(state) => state.heap_bytes(),
            Self::Edge(_) => 0,
            Self::Quantiles(state) => state.heap_bytes(),
            Self::Theta(state) => state.heap_bytes(),
        }
    }

    /// The figure that an aggregation tells of the group.
    pub(crate) fn figure(&self, aggregation: &Aggregation) -> Figure {
        match (self, aggregation) {
            (Self::Moments(state), Aggregation::Variance(of)) => state.variance(*of),
            (Self::Moments(state), Aggregation::StdDev(of)) => match state.variance(*of) {
                Figure::Number(Some(variance)) => Figure::Number(Some(variance.sqrt())),
                other => other,
            },
            (Self::Edge(state), _) => Figure::Number(state.value()),
            (Self::Quantiles(state), Aggregation::Quantile(fraction)) => {
                Figure::Number(state.quantile(*fraction))
            }
            _ => Figure::Number(None),
        }
    }

    /// The estimate that an aggregation tells of the group, with its sketch.
    pub(crate) fn sketch(&self) -> Sketch {
        if let Self::Theta(state) = self { state.sketch() } else { Self::no_sketch() }
    }

    /// The sketch of a group without a row.
    pub(crate) fn no_sketch() -> Sketch {
        Theta::default().sketch()
    }
}
