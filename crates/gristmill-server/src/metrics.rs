//! What is counted, for whoever watches over the service. No label names an organization, and each has few values.

mod store_figures;

pub(crate) use store_figures::StoreFigures;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::time::Duration;

/// The content type of [`Metrics::text`].
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds, from an answer that needs no scan to the usual limit of a fetch.
const REQUEST_BOUNDS: [f64; 12] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0];

/// What the requests are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

/// What their times are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// Counts requests, from any thread.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    times: Family<Route, Histogram, fn() -> Histogram>,
    panics: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let (requests, panics) = (Family::default(), Counter::default());
        let new_times: fn() -> Histogram = || Histogram::new(REQUEST_BOUNDS);
        let times = Family::new_with_constructor(new_times);
        let mut registry = Registry::with_prefix("gristmill");
        registry.register("requests", "Requests that were answered", requests.clone());
        let help = "Time from a request to the end of its answer";
        registry.register_with_unit("request", help, Unit::Seconds, times.clone());
        registry.register("panics", "Requests that met a mistake of this program", panics.clone());
        Self { registry, requests, times, panics }
    }

    /// A request was answered. `method` and `route` come from lists of this service, never from a client; a status of 0 is
    /// that of a client that went away.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, time: Duration) {
        let route = route.to_owned();
        self.times.get_or_create(&Route { route: route.clone() }).observe(time.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status }).inc();
    }

    /// A request met a mistake of this program.
    pub(crate) fn panicked(&self) {
        self.panics.inc();
    }

    /// All figures as text in the `OpenMetrics` format; those of the store where it is open.
    pub(crate) fn text(&self, store: Option<StoreFigures>) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        if let Some(figures) = store {
            let mut registry = Registry::with_prefix("gristmill");
            registry.register_collector(Box::new(figures));
            encode_registry(&mut text, &registry)?;
        }
        encode_eof(&mut text)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let metrics = Metrics::new();
        metrics.answered("GET", "/livez", 200, Duration::from_millis(2));
        metrics.answered("GET", "/livez", 200, Duration::from_millis(2));
        metrics.answered("POST", "/livez", 405, Duration::from_secs(2));
        metrics.panicked();
        let text = metrics.text(None).unwrap();
        for line in [
            r#"gristmill_requests_total{method="GET",route="/livez",status="200"} 2"#,
            r#"gristmill_requests_total{method="POST",route="/livez",status="405"} 1"#,
            r#"gristmill_request_seconds_bucket{le="0.001",route="/livez"} 0"#,
            r#"gristmill_request_seconds_bucket{le="0.003",route="/livez"} 2"#,
            r#"gristmill_request_seconds_bucket{le="+Inf",route="/livez"} 3"#,
            "gristmill_panics_total 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn figures_of_the_store_are_told_once_it_is_open() {
        let store = gristmill::Options::new().open_in_memory().unwrap();
        let text = Metrics::new().text(Some(StoreFigures::of(&store).unwrap())).unwrap();
        for line in [
            "gristmill_appends_total 0",
            "gristmill_unsealed_bytes 0",
            "gristmill_segments 0",
            "gristmill_log_sync_seconds_bucket{le=\"+Inf\"} 1",
            "gristmill_log_sync_seconds_count 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
