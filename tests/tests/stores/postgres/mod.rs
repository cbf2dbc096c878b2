//! What only a store on a database server can do wrong.

mod opening;
mod races;
