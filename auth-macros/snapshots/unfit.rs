#[require_auth]
fn me(&self) {}

// becomes

fn me(&self) {}
::core::compile_error! {
    "the handler `me` is not async, so axum cannot call it\nhelp: write `async fn`; if it answers no request, put the attribute above the handlers that do"
}
::core::compile_error! {
    "a guarded handler takes no `self`, because a router has none to call it with\nhelp: take what it needs from the state: `State(service): State<Service>`"
}
