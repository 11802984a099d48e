//! Where visitors are: a country, a city in it, and a network that serves it.

use crate::random::Random;
use crate::weighted::Weighted;

struct Country {
    code: &'static str,
    weight: f64,
    /// The bigger ones first.
    cities: &'static [&'static str],
    networks: &'static [&'static str],
}

const COUNTRIES: [Country; 12] = [
    Country {
        code: "FI",
        weight: 34.0,
        cities: &["Helsinki", "Espoo", "Tampere", "Oulu", "Turku", "Jyv\u{e4}skyl\u{e4}", "Kuopio"],
        networks: &["Elisa Oyj", "Telia Finland Oyj", "DNA Oyj", "Kapsi ry"],
    },
    Country {
        code: "SE",
        weight: 16.0,
        cities: &["Stockholm", "G\u{f6}teborg", "Malm\u{f6}", "Uppsala", "V\u{e4}ster\u{e5}s"],
        networks: &["Telia Sverige AB", "Bredband2 AB", "Tele2 Sverige AB"],
    },
    Country {
        code: "US",
        weight: 12.0,
        cities: &["New York", "Los Angeles", "Chicago", "Houston", "Phoenix", "Ashburn"],
        networks: &["Comcast Cable Communications, LLC", "AT&T Services, Inc.", "Verizon Business"],
    },
    Country {
        code: "DE",
        weight: 9.0,
        cities: &["Berlin", "Hamburg", "M\u{fc}nchen", "K\u{f6}ln"],
        networks: &["Deutsche Telekom AG", "Vodafone GmbH", "Hetzner Online GmbH"],
    },
    Country {
        code: "GB",
        weight: 7.0,
        cities: &["London", "Manchester", "Leeds", "Glasgow"],
        networks: &["British Telecommunications PLC", "Virgin Media Limited"],
    },
    Country {
        code: "NO",
        weight: 6.0,
        cities: &["Oslo", "Bergen", "Trondheim"],
        networks: &["Telenor Norge AS", "Altibox AS"],
    },
    Country {
        code: "EE",
        weight: 5.0,
        cities: &["Tallinn", "Tartu", "P\u{e4}rnu"],
        networks: &["Telia Eesti AS", "Elisa Eesti AS"],
    },
    Country {
        code: "DK",
        weight: 4.0,
        cities: &["K\u{f8}benhavn", "Aarhus", "Odense"],
        networks: &["TDC Holding A/S", "Fibia P/S"],
    },
    Country {
        code: "NL",
        weight: 3.0,
        cities: &["Amsterdam", "Rotterdam"],
        networks: &["KPN B.V.", "Ziggo B.V."],
    },
    Country {
        code: "BR",
        weight: 2.0,
        cities: &["S\u{e3}o Paulo", "Rio de Janeiro"],
        networks: &["Claro S.A.", "Telef\u{f4}nica Brasil S.A"],
    },
    Country { code: "IN", weight: 1.5, cities: &["Mumbai", "Bengaluru"], networks: &["Reliance Jio"] },
    Country {
        code: "JP",
        weight: 0.5,
        cities: &["\u{6771}\u{4eac}", "\u{5927}\u{962a}"],
        networks: &["NTT Communications Corporation"],
    },
];

/// Where a visitor is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub country: &'static str,
    /// Not every address can be placed in a city.
    pub city: Option<&'static str>,
    pub network: &'static str,
}

/// The places visitors come from.
#[derive(Clone, Debug)]
pub(crate) struct Places(Weighted);

impl Places {
    pub(crate) fn new() -> Self {
        Self(Weighted::new(COUNTRIES.iter().map(|country| country.weight)))
    }

    pub(crate) fn draw(&self, random: &mut Random) -> Place {
        let country = &COUNTRIES[self.0.draw(random)];
        // The smaller of two draws: bigger cities, which come first, have more visitors.
        let cities = u32::try_from(country.cities.len()).unwrap_or(1);
        let city = random.below(cities).min(random.below(cities)) as usize;
        let known = random.chance(0.92);
        Place {
            country: country.code,
            city: known.then_some(country.cities[city]),
            network: random.pick(country.networks),
        }
    }
}
