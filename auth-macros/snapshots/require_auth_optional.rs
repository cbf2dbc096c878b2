#[require_auth(optional)]
async fn greet(identity: Option<Identity>) -> String {
    String::new()
}

// becomes

async fn greet(
    _: ::auth_core::__private::Guard<__greet_policy>,
    identity: Option<Identity>,
) -> String {
    String::new()
}
const _: [(); {
    let _: fn() = || {
        use ::auth_core::__private::check::{
            OfAny as _, OfBody as _, OfCaller as _, OfData as _, OfState as _,
        };
        ::auth_core::__private::check::Under::<Option<Identity>, true>::NEW.check();
    };
    0
}] = [];
::auth_core::__private::policy! {
    __greet_policy, "greet", ::auth_core::__private::Requirement::Optional, enum alone
}
