//! What only a store on a database server can do wrong.

mod aging;
mod opening;
mod races;
