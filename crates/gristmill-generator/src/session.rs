//! Sessions: a visitor's events within one visit.

use crate::id::{Kind, uuid};
use crate::random::Random;
use crate::tenant::{Tenants, Visit};
use crate::visitor::Visitors;
use gristmill::Timestamp;
use gristmill::event::Event;
use gristmill::schema::Dimension;

/// How many events a session has on average.
const EVENTS_A_SESSION: u64 = 6;
/// How long a session lasts, about, in minutes.
const MINUTES: u64 = 20;
/// A session that was silent for so long is over, in milliseconds.
const SILENCE: i64 = 3_600_000;
/// Sessions open at once, however dense the events.
const MAX_OPEN: u64 = 100_000;

/// The sessions that are open.
#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    seed: u64,
    tenants: Tenants,
    visitors: Visitors,
    open: Vec<Session>,
    capacity: u32,
    /// Sessions so far.
    count: u64,
}

#[derive(Clone, Debug)]
struct Session {
    /// What all events of the session have in common.
    common: Event,
    last: i64,
}

impl Sessions {
    pub(crate) fn new(seed: u64, tenants: u32, events: u64, days: u32) -> Self {
        // So many that each is met every few minutes at the average rate.
        let minutes = u64::from(days.max(1)) * 1_440;
        let capacity = (events / EVENTS_A_SESSION).saturating_mul(MINUTES) / minutes;
        Self {
            seed,
            tenants: Tenants::new(seed, tenants),
            visitors: Visitors::new(seed),
            open: Vec::new(),
            capacity: u32::try_from(capacity.clamp(1, MAX_OPEN)).unwrap_or(1),
            count: 0,
        }
    }

    /// An event of one of the sessions, with all but what happened.
    pub(crate) fn event(&mut self, now: i64, random: &mut Random) -> Event {
        let at = random.below(self.capacity) as usize;
        let ends = random.below(1_000) < 1_000 / 6;
        match self.open.get_mut(at) {
            Some(session) if !ends && now - session.last < SILENCE => {
                session.last = now;
                session.common.clone()
            }
            Some(_) => {
                let session = self.start(now, random);
                let event = session.common.clone();
                self.open[at] = session;
                event
            }
            None => {
                let session = self.start(now, random);
                let event = session.common.clone();
                self.open.push(session);
                event
            }
        }
    }

    fn start(&mut self, now: i64, random: &mut Random) -> Session {
        self.count += 1;
        let visit = self.tenants.visit(random);
        let mut common = Event::new(Timestamp(now), self.tenants.organization(visit), "");
        self.describe(&mut common, visit, random);
        Session { common, last: now }
    }

    fn describe(&self, event: &mut Event, visit: Visit, random: &mut Random) {
        let (place, device) = self.visitors.get(visit.visitor);
        event
            .set(Dimension::VisitorId, Some(&uuid(self.seed, Kind::Visitor, visit.visitor)))
            .set(Dimension::SessionId, Some(&uuid(self.seed, Kind::Session, self.count)))
            .set(Dimension::BrowserName, Some(device.browser))
            .set(Dimension::BrowserVersion, Some(device.browser_version))
            .set(Dimension::DeviceScreenHeight, Some(device.height))
            .set(Dimension::DeviceScreenWidth, Some(device.width))
            .set(Dimension::DeviceType, Some(device.kind))
            .set(Dimension::GeoCity, place.city)
            .set(Dimension::GeoCountry, Some(place.country))
            .set(Dimension::IpOrganization, Some(place.network))
            .set(Dimension::OsName, Some(device.system))
            .set(Dimension::OsVersion, device.system_version);
        if let Some(user) = visit.user {
            event.set(Dimension::UserId, Some(&uuid(self.seed, Kind::User, user)));
        }
        if random.chance(0.3) {
            event.set(Dimension::Dim2, Some(&format!("experiment-{}", random.below(24))));
        }
    }
}
