//! Faults of a store on a database server.

mod opening;
mod races;
