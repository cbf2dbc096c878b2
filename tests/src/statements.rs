//! The SQL statements of this process, from its drivers' `tracing` events.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

static SENT: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// Records every statement from now on, including those of other code in this process.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing_subscriber::registry().with(Watch).init());
}

/// The statements since [`watch`], with their counts.
pub fn sent() -> BTreeMap<String, usize> {
    lock().clone()
}

fn lock() -> MutexGuard<'static, BTreeMap<String, usize>> {
    SENT.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Watch;

impl<S: tracing::Subscriber> Layer<S> for Watch {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut text = Text::default();
        event.record(&mut text);
        let Text { summary, statement } = text;
        *lock().entry(if statement.is_empty() { summary } else { statement }).or_default() += 1;
    }
}

/// A statement of up to four words is in its summary as a whole.
#[derive(Default)]
struct Text {
    summary: String,
    statement: String,
}

impl tracing::field::Visit for Text {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.trim().clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn Debug) {}
}
