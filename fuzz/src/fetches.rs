//! A fetch, asked of the engine and of the oracle.

use std::sync::LazyLock;
use std::time::Duration;

use gristmill::Store;
use gristmill::event::{Batch, Event};
use gristmill::exec::Budget;
use gristmill::request::{Fetch, FetchContext};
use gristmill_testkit::oracle;

use crate::Kept;
use crate::planted::{event, options};

const EVENTS: u64 = 30;
/// Beyond this the oracle, which goes through every bucket for every event, would take too long.
const BUDGET: Budget = Budget { groups: 500, rows: 500, bytes: 16 << 20, time: Some(Duration::from_secs(5)) };

static EVENTS_OF: LazyLock<Vec<Event>> = LazyLock::new(|| (0..EVENTS).map(event).collect());
/// Some of the events in a segment, the others in memory.
static STORE: LazyLock<Store> = LazyLock::new(|| {
    let store = options().budget(BUDGET).open_in_memory().unwrap();
    let (sealed, fresh) = EVENTS_OF.split_at(EVENTS_OF.len() / 2);
    store.append(Batch::from_events(sealed).unwrap()).unwrap();
    store.seal().unwrap();
    store.append(Batch::from_events(fresh).unwrap()).unwrap();
    store
});

/// Reads a fetch. Where it is one, and the answer is small, engine and oracle answer the same.
pub fn run(data: &[u8]) {
    let Ok(fetch) = Fetch::from_json(data, &FetchContext::for_organization("acme")) else { return };
    if let Ok(answer) = STORE.fetch(&fetch) {
        assert_eq!(answer.to_json(), oracle::fetch(&EVENTS_OF, &fetch).to_json());
    }
}

/// Fetches with each key, filter and form of aggregation.
pub fn corpus() -> Vec<Kept> {
    let interval = r#""interval":{"start":"1970-01-01","end":"1970-01-03","time_zone":"Europe/Helsinki"}"#;
    let fetch = |rest: &str| format!("{{{interval},{rest}}}");
    let filter = |filter: &str| fetch(&format!(r#""granularity":"all","filters":{filter}"#));
    [
        ("all", fetch(r#""granularity":"all""#)),
        ("hour", fetch(r#""granularity":"hour","empty_buckets":"skip","sources":["trusted"],"vendor":"shop""#)),
        ("period", fetch(r#""granularity":{"type":"period","period":"PT90M","timeZone":"Asia/Kathmandu","origin":"1970-01-01"}"#)),
        ("duration", fetch(r#""granularity":{"type":"duration","duration":7200000}"#)),
        ("groups", fetch(r#""granularity":"day","group_by":["event_version",{"dimension":"properties","values":["red"],"exclude":true}],"aggregations":["count","sum","session_id_uniq"]"#)),
        ("order", fetch(r#""granularity":"day","group_by":["dim1"],"order_by":[{"field":"sum","direction":"desc"},"dim1"],"limit":3,"offset":1,"limit_per_bucket":2"#)),
        ("having", fetch(r#""granularity":"none","aggregations":["count","avg"],"having":{"type":"greaterThan","aggregation":"count","value":0}"#)),
        ("objects", fetch(r#""granularity":"all","aggregations":[{"type":"quantile","fraction":0.5,"name":"q"},{"type":"cardinality","fields":["dim1","dim2"],"byRow":true,"name":"c"},{"type":"filtered","filter":{"type":"null","column":"dim3"},"aggregator":{"type":"doubleSum","fieldName":"value","name":"s"}}]"#)),
        ("state", fetch(r#""granularity":"all","aggregations":[{"type":"stddev","name":"d"},{"type":"first","name":"f"},{"type":"last","name":"l"},{"type":"approx_uniq","fields":["session_id"],"name":"a"}]"#)),
        ("in", filter(r#"{"type":"in","dimension":"dim1","values":["dim1 1",null]}"#)),
        ("bound", filter(r#"{"type":"bound","dimension":"dim2","lower":"dim2 1","upper":"dim2 4","upperStrict":true,"ordering":"alphanumeric"}"#)),
        ("like", filter(r#"{"type":"or","fields":[{"type":"like","dimension":"label","pattern":"%_3"},{"type":"regex","dimension":"action","pattern":"[0-4]$"}]}"#)),
        ("not", filter(r#"{"type":"not","field":{"type":"search","dimension":"session_id","query":{"type":"contains","value":"0000"}}}"#)),
        ("columns", filter(r#"{"type":"and","fields":[{"type":"columnComparison","dimensions":["dim1","dim2"]},{"type":"interval","dimension":"timestamp","intervals":["1970-01-01/1970-01-02"]}]}"#)),
        ("value", filter(r#"{"type":"bound","dimension":"value","lower":1.5,"upper":4}"#)),
        ("broken", filter(r#"{"type":"selector","dimension":"nothing"}"#)),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .into()
}
