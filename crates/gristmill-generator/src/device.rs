//! What visitors look with: the browser goes with the system, the system with the kind of device.

use crate::random::Random;
use crate::weighted::Weighted;

struct Model {
    device: &'static str,
    system: &'static str,
    systems: &'static [&'static str],
    browser: &'static str,
    browsers: &'static [&'static str],
    /// Width and height.
    screens: &'static [(&'static str, &'static str)],
    weight: f64,
}

const DESKTOP: &[(&str, &str)] = &[
    ("1920", "1080"),
    ("1536", "864"),
    ("1366", "768"),
    ("2560", "1440"),
    ("1440", "900"),
    ("3840", "2160"),
];
const IPHONE: &[(&str, &str)] = &[("390", "844"), ("393", "852"), ("375", "667"), ("430", "932")];
const ANDROID: &[(&str, &str)] = &[("360", "800"), ("412", "915"), ("384", "854"), ("360", "640")];
const IPAD: &[(&str, &str)] = &[("810", "1080"), ("820", "1180"), ("768", "1024")];
const CHROME: &[&str] = &["121.0.6167.85", "120.0.6099.224", "119.0.6045.199", "109.0.5414.120"];
const EDGE: &[&str] = &["121.0.2277.83", "120.0.2210.144"];
const FIREFOX: &[&str] = &["122.0", "121.0", "115.7.0"];
const SAFARI: &[&str] = &["17.2", "17.1", "16.6", "15.6"];

const MODELS: [Model; 10] = [
    model("desktop", "Windows", &["10", "11", "10", "7"], "Chrome", CHROME, DESKTOP, 24.0),
    model("desktop", "Windows", &["10", "11"], "Edge", EDGE, DESKTOP, 9.0),
    model("desktop", "Windows", &["10", "11"], "Firefox", FIREFOX, DESKTOP, 5.0),
    model("desktop", "Mac OS X", &["10.15.7", "14.2.1", "13.6.3"], "Safari", SAFARI, DESKTOP, 5.0),
    model("desktop", "Mac OS X", &["10.15.7", "14.2.1"], "Chrome", CHROME, DESKTOP, 4.0),
    model("desktop", "Linux", &[""], "Firefox", FIREFOX, DESKTOP, 1.5),
    model("mobile", "iOS", &["17.2.1", "17.1.2", "16.7.4"], "Mobile Safari", SAFARI, IPHONE, 24.0),
    model("mobile", "Android", &["14", "13", "12", "10"], "Chrome Mobile", CHROME, ANDROID, 20.0),
    model("mobile", "Android", &["13", "12"], "Samsung Internet", &["23.0", "22.0"], ANDROID, 4.0),
    model("tablet", "iOS", &["17.2", "16.7"], "Mobile Safari", SAFARI, IPAD, 3.5),
];

const fn model(
    device: &'static str,
    system: &'static str,
    systems: &'static [&'static str],
    browser: &'static str,
    browsers: &'static [&'static str],
    screens: &'static [(&'static str, &'static str)],
    weight: f64,
) -> Model {
    Model { device, system, systems, browser, browsers, screens, weight }
}

/// What a visitor looks with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Device {
    pub kind: &'static str,
    pub system: &'static str,
    /// Unknown for some systems.
    pub system_version: Option<&'static str>,
    pub browser: &'static str,
    pub browser_version: &'static str,
    pub width: &'static str,
    pub height: &'static str,
}

/// The devices visitors have.
#[derive(Clone, Debug)]
pub(crate) struct Devices(Weighted);

impl Devices {
    pub(crate) fn new() -> Self {
        Self(Weighted::new(MODELS.iter().map(|model| model.weight)))
    }

    pub(crate) fn draw(&self, random: &mut Random) -> Device {
        let model = &MODELS[self.0.draw(random)];
        let (width, height) = random.pick(model.screens);
        Device {
            kind: model.device,
            system: model.system,
            system_version: Some(random.pick(model.systems)).filter(|version| !version.is_empty()),
            browser: model.browser,
            browser_version: random.pick(model.browsers),
            width,
            height,
        }
    }
}
