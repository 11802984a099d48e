//! What events are about: a label belongs to a category, a category to a vendor and to what can be done there.

use crate::random::Random;
use crate::weighted::Weighted;
use gristmill::event::{Event, Source};
use gristmill::schema::Dimension;

struct Category {
    name: &'static str,
    vendor: &'static str,
    source: Source,
    /// Some stand more than once, since they are done more often.
    actions: &'static [&'static str],
    measure: Measure,
    /// How many of the labels are of this category.
    weight: f64,
}

/// What the value of an event tells.
#[derive(Clone, Copy)]
enum Measure {
    Nothing,
    One,
    Seconds,
    Money,
}

const CATEGORIES: [Category; 8] = [
    category(
        "page",
        "com.company.site",
        Source::Untrusted,
        &["view", "view", "view", "scroll", "leave"],
        Measure::One,
        30.0,
    ),
    category(
        "widget",
        "com.company.popups",
        Source::Untrusted,
        &["shown", "shown", "shown", "clicked", "closed"],
        Measure::Nothing,
        20.0,
    ),
    category(
        "chat",
        "com.company.chat",
        Source::Trusted,
        &["started", "message", "message", "message", "ended", "rated"],
        Measure::Seconds,
        14.0,
    ),
    category("event", "com.company.system", Source::Trusted, &["", "created", "updated"], Measure::One, 12.0),
    category(
        "purchase",
        "com.company.cart",
        Source::Untrusted,
        &["added", "added", "removed", "ordered"],
        Measure::Money,
        8.0,
    ),
    category(
        "form",
        "com.company.forms",
        Source::Untrusted,
        &["opened", "opened", "submitted", "abandoned"],
        Measure::Nothing,
        7.0,
    ),
    category(
        "video",
        "com.company.media",
        Source::Untrusted,
        &["play", "play", "pause", "complete"],
        Measure::Seconds,
        5.0,
    ),
    category("queue", "com.company.router", Source::Trusted, &["entered", "left"], Measure::Seconds, 4.0),
];

const fn category(
    name: &'static str,
    vendor: &'static str,
    source: Source,
    actions: &'static [&'static str],
    measure: Measure,
    weight: f64,
) -> Category {
    Category { name, vendor, source, actions, measure, weight }
}

const TOPICS: [&str; 12] = [
    "front-page",
    "campaign",
    "product",
    "pricing",
    "support",
    "checkout",
    "newsletter",
    "careers",
    "contact",
    "blog",
    "login",
    "search",
];
const SECTIONS: [&str; 6] = ["products", "services", "support", "campaigns", "articles", "company"];
const PROPERTIES: [&str; 16] = [
    "ab:control",
    "ab:variant-b",
    "campaign:spring",
    "campaign:autumn",
    "channel:email",
    "channel:search",
    "channel:social",
    "customer:new",
    "customer:returning",
    "language:en",
    "language:fi",
    "language:sv",
    "plan:free",
    "plan:pro",
    "rule:exit-intent",
    "rule:greeting",
];

/// The random stream of the labels' categories.
const LABEL_STREAM: u64 = 101;

/// What events are about.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    weights: Weighted,
    labels: Vec<Label>,
}

#[derive(Clone, Debug)]
struct Label {
    text: String,
    /// A position in [`CATEGORIES`].
    category: usize,
}

impl Contents {
    pub(crate) fn new(seed: u64, labels: u32) -> Self {
        let categories = Weighted::new(CATEGORIES.iter().map(|category| category.weight));
        let mut random = Random::of(seed, LABEL_STREAM, 0);
        let labels = (1..=labels.max(1)).map(|rank| {
            let category = categories.draw(&mut random);
            let topic = random.pick(&TOPICS);
            Label { text: format!("{}-{topic}-{rank:04}", CATEGORIES[category].name), category }
        });
        let labels: Vec<Label> = labels.collect();
        let weights = Weighted::zipf(u32::try_from(labels.len()).unwrap_or(u32::MAX));
        Self { weights, labels }
    }

    /// Says in an event of a session what happened.
    pub(crate) fn fill(&self, event: &mut Event, random: &mut Random) {
        let label = &self.labels[self.weights.draw(random)];
        let category = &CATEGORIES[label.category];
        let action = random.pick(category.actions);
        event.source = category.source;
        event.event_version = if random.chance(0.9) { 2 } else { 1 };
        event.value = value(category.measure, random);
        event
            .set(Dimension::Vendor, Some(category.vendor))
            .set(Dimension::Category, Some(category.name))
            .set(Dimension::Label, Some(&label.text))
            .set(Dimension::Action, Some(action));
        set_properties(event, random);

        if random.chance(0.6) {
            let (section, page) = (random.pick(&SECTIONS), random.below(400).min(random.below(400)));
            event.set(Dimension::Dim1, Some(&format!("https://www.company.example/{section}/page-{page}")));
        }
        if action == "ordered" {
            event.set(Dimension::Dim3, Some(&format!("order-{:08}", random.below(100_000_000))));
        }
        if category.source == Source::Trusted && random.chance(0.25) {
            event.set(Dimension::Dim4, Some(&format!("team-{}", random.below(12))));
        }
        if random.chance(0.005) {
            event.set(Dimension::Dim5, Some("replayed"));
        }
    }
}

/// About a third of the events have none.
fn value(measure: Measure, random: &mut Random) -> Option<f64> {
    match measure {
        Measure::Nothing => random.chance(0.1).then_some(1.0),
        _ if random.chance(0.12) => None,
        Measure::One => Some(1.0),
        // Products of draws have many small and a few large ones, as durations and sums of money do.
        Measure::Seconds => Some(f64::from(1 + random.below(60) * random.below(60))),
        Measure::Money => Some(f64::from(99 + random.below(300) * random.below(300)) / 100.0),
    }
}

fn set_properties(event: &mut Event, random: &mut Random) {
    let count = match random.below(100) {
        0..35 => return,
        35..37 => {
            event.set_properties([""]);
            return;
        }
        37..65 => 1,
        65..85 => 2,
        85..95 => 3,
        _ => 4,
    };
    event.set_properties((0..count).map(|_| random.pick(&PROPERTIES)));
}
