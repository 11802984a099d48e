//! The service over real sockets, with a client that sends and sees every byte.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod bodies;
mod client;
mod framing;
mod gate;
mod slow;
mod stop;
