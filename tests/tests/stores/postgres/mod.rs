//! Faults of a store on a database server.

mod isolation;
mod opening;
mod plans;
mod races;
