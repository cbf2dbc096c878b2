//! Faults of a store on a database server.

mod dropped;
mod isolation;
mod opening;
mod plans;
mod races;
