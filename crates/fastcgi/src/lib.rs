//! FastCGI records, parameters and the CGI response head: bytes in, events out.
//!
//! The client's side of one connection with one request under way. Nothing here knows a socket, a
//! clock or a thread: [`Decoder`] is fed what was read, and the `write_*` functions append what is to
//! be written.
//!
//! Source: FastCGI Specification 1.0; RFC 3875 for the response head.

mod head;
mod params;
mod records;

pub use head::{Field, Head, HeadSearch, fuzz_head};
pub use params::{fuzz_params, write_joined_param, write_param};
pub use records::{
    Connection, Decoder, Event, Malformed, PairTooLong, RECORD_MAX, STDIN_END, VALUES_QUESTION, fuzz_records,
    stdin_header, write_begin, write_params,
};
