//! Organizations, and who visits them.

use crate::id::{Kind, uuid};
use crate::random::Random;
use crate::weighted::Weighted;

/// How often a session is one of a visitor who was there before.
const RETURNING: f64 = 0.45;
/// How many users of its own an organization has.
const USERS: u32 = 40;

#[derive(Clone, Debug)]
pub(crate) struct Tenants {
    weights: Weighted,
    tenants: Vec<Tenant>,
}

#[derive(Clone, Debug)]
struct Tenant {
    id: String,
    /// How many visitors came so far.
    visitors: u32,
}

/// Who comes for a session, and to whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visit {
    /// Position of the tenant.
    tenant: usize,
    /// Unique over all organizations.
    pub visitor: u64,
    /// The user who is logged in, by number.
    pub user: Option<u64>,
}

impl Tenants {
    pub(crate) fn new(seed: u64, count: u32) -> Self {
        let tenants = (0..count.max(1))
            .map(|number| Tenant { id: uuid(seed, Kind::Organization, u64::from(number)), visitors: 0 });
        Self { weights: Weighted::zipf(count), tenants: tenants.collect() }
    }

    pub(crate) fn visit(&mut self, random: &mut Random) -> Visit {
        let number = self.weights.draw(random);
        let tenant = &mut self.tenants[number];
        let returns = random.chance(RETURNING) && tenant.visitors > 0;
        let visitor = if returns {
            // The larger of two draws: who came lately comes again sooner.
            random.below(tenant.visitors).max(random.below(tenant.visitors))
        } else {
            tenant.visitors = tenant.visitors.saturating_add(1);
            tenant.visitors - 1
        };
        let base = (number as u64) << 32;
        let user =
            random.chance(0.15).then(|| base | u64::from(random.below(USERS).min(random.below(USERS))));
        Visit { tenant: number, visitor: base | u64::from(visitor), user }
    }

    /// The identifier of the organization that is visited.
    pub(crate) fn organization(&self, visit: Visit) -> &str {
        &self.tenants[visit.tenant].id
    }
}
