//! The one table of columns.
//!
//! Validation, storage, query, Parquet and the documentation all read [`Dimension`] and [`Column`] from here; a
//! column's name is written nowhere else. Names on the outside (JSON keys, Arrow fields) become these closed
//! enums at the edge.

use std::fmt;

/// How the values of a dimension look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One string or null a row.
    Text,
    /// One 64-bit signed integer a row, never null.
    Integer,
    /// One of the two words of [`crate::event::Source`], never null; set by whoever receives the event.
    Source,
    /// Any number of strings a row; none at all is null.
    MultiText,
}

macro_rules! dimensions {
    ($($variant:ident $name:literal $kind:ident $required:literal $about:literal;)*) => {
        /// A column that an event can be filtered and grouped by.
        ///
        /// The order is the order of the columns in a segment and in the documentation.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Dimension { $(#[doc = $about] $variant,)* }

        /// What is fixed about each dimension, indexed by `Dimension as usize`.
        static DIMENSIONS: [Spec; Dimension::COUNT] = [
            $(Spec { name: $name, kind: Kind::$kind, required: $required, about: $about },)*
        ];

        impl Dimension {
            /// Every dimension, in column order.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];
        }
    };
}

/// One row of the table.
struct Spec {
    name: &'static str,
    kind: Kind,
    required: bool,
    about: &'static str,
}

dimensions! {
    OrganizationId     "organization_id"      Text      true  "Owner organization, the tenant";
    Vendor             "vendor"               Text      true  "Vendor of the event";
    EventVersion       "event_version"        Integer   true  "Version of the event's meaning";
    Source             "source"               Source    true  "How far the sender is trusted: trusted or untrusted";
    Category           "category"             Text      true  "Event category";
    Label              "label"                Text      true  "Event label";
    Action             "action"               Text      true  "Event action";
    Properties         "properties"           MultiText false "String properties describing the event";
    Dim1               "dim1"                 Text      false "Custom dimension";
    Dim2               "dim2"                 Text      false "Custom dimension";
    Dim3               "dim3"                 Text      false "Custom dimension";
    Dim4               "dim4"                 Text      false "Custom dimension";
    Dim5               "dim5"                 Text      false "Custom dimension";
    VisitorId          "visitor_id"           Text      false "Visitor identifier";
    SessionId          "session_id"           Text      false "Visitor session identifier";
    UserId             "user_id"              Text      false "User identifier";
    BrowserName        "browser_name"         Text      false "Visitor browser name";
    BrowserVersion     "browser_version"      Text      false "Visitor browser version";
    DeviceScreenHeight "device_screen_height" Text      false "Visitor screen height";
    DeviceScreenWidth  "device_screen_width"  Text      false "Visitor screen width";
    DeviceType         "device_type"          Text      false "Visitor device type";
    GeoCity            "geo_city"             Text      false "Visitor city";
    GeoCountry         "geo_country"          Text      false "Visitor country";
    IpOrganization     "ip_organization"      Text      false "Visitor company or name of the ISP";
    OsName             "os_name"              Text      false "Visitor operating system";
    OsVersion          "os_version"           Text      false "Visitor operating system version";
}

impl Dimension {
    /// How many dimensions there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The name on the outside: JSON key, Arrow field, word in a query.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// How its values look.
    pub fn kind(self) -> Kind {
        self.spec().kind
    }

    /// Whether an event without it is refused.
    pub fn required(self) -> bool {
        self.spec().required
    }

    /// One line for people.
    pub fn about(self) -> &'static str {
        self.spec().about
    }

    /// The dimension of that exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    fn spec(self) -> &'static Spec {
        &DIMENSIONS[self as usize]
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A column of an event: a dimension, the event's time, or its metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The instant of the event.
    Timestamp,
    /// The metric of the event.
    Value,
    /// Everything else.
    Dimension(Dimension),
}

impl Column {
    /// The name of [`Column::Timestamp`].
    pub const TIMESTAMP: &'static str = "timestamp";
    /// The name of [`Column::Value`].
    pub const VALUE: &'static str = "value";

    /// Every column: timestamp, value, then the dimensions in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Timestamp, Self::Value].into_iter().chain(Dimension::ALL.into_iter().map(Self::Dimension))
    }

    /// The name on the outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timestamp => Self::TIMESTAMP,
            Self::Value => Self::VALUE,
            Self::Dimension(dimension) => dimension.name(),
        }
    }

    /// The column of that exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            Self::TIMESTAMP => Some(Self::Timestamp),
            Self::VALUE => Some(Self::Value),
            _ => Dimension::from_name(name).map(Self::Dimension),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        let mut seen = std::collections::BTreeSet::new();
        for column in Column::all() {
            assert!(seen.insert(column.name()), "{} stands twice", column.name());
            assert_eq!(Column::from_name(column.name()), Some(column));
        }
        assert_eq!(seen.len(), Dimension::COUNT + 2);
        assert_eq!(Column::from_name("Category"), None);
    }
}
