//! What a connection waits for.

use std::sync::{Mutex, PoisonError};

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// A request.
    Idle,
    /// The rest of a request's head.
    Head,
    /// More of a request's body.
    Body,
    /// The service.
    Serving,
}

/// The phase of a connection, shared by its parts.
#[derive(Debug)]
pub(super) struct Progress(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    phase: Phase,
    /// Tells a phase from an earlier one of the same kind.
    entered: u64,
    /// The body of the last request is not read to its end.
    unread: bool,
}

impl Progress {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(State { phase: Phase::Idle, entered: 0, unread: false }))
    }

    /// The phase, and the number of phases before it.
    pub(super) fn phase(&self) -> (Phase, u64) {
        let state = self.state();
        (state.phase, state.entered)
    }

    pub(super) fn enter(&self, phase: Phase) {
        let mut state = self.state();
        state.phase = phase;
        state.entered += 1;
    }

    /// The client sent something.
    pub(super) fn received(&self) {
        if self.phase().0 == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// The body of the last request is not read to its end.
    pub(super) fn leave_unread(&self) {
        self.state().unread = true;
    }

    /// Whether the client may still send a part of a request that was already answered.
    pub(super) fn may_still_send(&self) -> bool {
        let state = self.state();
        state.unread || state.phase == Phase::Head
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
