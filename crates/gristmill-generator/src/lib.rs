//! A deterministic, realistic stream of generic events.
//!
//! A [`Generator`] gives the same events for the same [`GeneratorOptions`], on every platform and in every version that
//! does not say otherwise: it draws from a generator of random numbers of its own and computes with nothing that
//! differs between platforms.
//!
//! What the events are like:
//! - Tenants and labels follow Zipf's law: of 200 tenants the biggest has about 20 % of the events.
//! - More happens by day than by night, and on working days than on weekends.
//! - Events belong to sessions, sessions to visitors, and a visitor keeps city, browser and screen.
//! - Events come in the order of their arrival. About 2 % arrive after their time: minutes, hours, or days late.
//! - Dimensions are as sparse as in life, `properties` have none to four values, now and then `""`, and about a third
//!   of the events have no value.

mod content;
mod device;
mod generator;
mod id;
mod options;
mod place;
mod random;
mod rhythm;
mod session;
mod tenant;
mod visitor;
mod weighted;

pub use generator::Generator;
pub use options::GeneratorOptions;
