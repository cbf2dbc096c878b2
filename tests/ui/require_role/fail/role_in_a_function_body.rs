use auth_core::prelude::*;

fn main() {
    #[derive(Role, Clone, Copy, Debug, PartialEq, Eq)]
    enum Role {
        Admin,
    }

    #[require_role(Admin)]
    async fn handler() {}
}
