//! The application of both crates: its state and its data.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::auth::Verifier;

#[derive(Clone)]
pub struct App {
    pub auth: Verifier,
    pub items: Arc<Mutex<HashMap<u32, Item>>>,
}

#[derive(Clone, Serialize)]
pub struct Item {
    pub owner: String,
    pub parts: Vec<Part>,
}

#[derive(Clone, Serialize)]
pub struct Part {
    pub price: u64,
    pub count: u32,
}

#[derive(Serialize)]
pub struct Total {
    pub of: Item,
    pub total: u64,
}

impl App {
    pub async fn find(&self, id: u32) -> Option<Item> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
}
