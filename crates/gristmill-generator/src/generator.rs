//! The stream of events.

use crate::content::Contents;
use crate::options::GeneratorOptions;
use crate::random::Random;
use crate::rhythm::Arrivals;
use crate::session::Sessions;
use gristmill::Timestamp;
use gristmill::event::Event;

const MINUTE: u32 = 60_000;

/// Events in the order of their arrival; see the [crate] for what they are like.
///
/// ```
/// use gristmill_generator::{Generator, GeneratorOptions};
///
/// let mut options = GeneratorOptions::default();
/// options.events = 10;
/// let events: Vec<_> = Generator::new(&options).collect();
/// assert_eq!(events.len(), 10);
/// assert!(Generator::new(&options).eq(events));
/// ```
#[derive(Clone, Debug)]
pub struct Generator {
    left: u64,
    late: f64,
    random: Random,
    arrivals: Arrivals,
    sessions: Sessions,
    contents: Contents,
}

impl Generator {
    /// The events of these options.
    pub fn new(options: &GeneratorOptions) -> Self {
        let GeneratorOptions { events, seed, days, start, tenants, labels, late } = *options;
        Self {
            left: events,
            late,
            random: Random::of(seed, 0, 0),
            arrivals: Arrivals::new(start.millis(), days, events),
            sessions: Sessions::new(seed, tenants, events, days),
            contents: Contents::new(seed, labels),
        }
    }

    /// How long after its time a late event arrives, in milliseconds: mostly minutes, seldom days.
    fn lateness(&mut self) -> i64 {
        let most = match self.random.below(100) {
            0..70 => 60 * MINUTE,
            70..95 => 24 * 60 * MINUTE,
            _ => 10 * 24 * 60 * MINUTE,
        };
        i64::from(MINUTE + self.random.below(most))
    }
}

impl Iterator for Generator {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.left = self.left.checked_sub(1)?;
        let arrival = self.arrivals.next(&mut self.random);
        let mut event = self.sessions.event(arrival, &mut self.random);
        self.contents.fill(&mut event, &mut self.random);
        let late = self.random.chance(self.late);
        let instant = if late { arrival - self.lateness() } else { arrival };
        event.timestamp = Timestamp(instant).clamp(Timestamp::MIN, Timestamp::MAX);
        Some(event)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.left);
        (left.unwrap_or(usize::MAX), left.ok())
    }
}
