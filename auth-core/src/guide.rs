//! The guide's pages: their code is compiled and run by documentation tests. The pages lie outside of the package, so
//! nothing else reads them. `cargo test -p auth-tests --test standards guide` fails when a page with code is missing here.

macro_rules! pages {
    ($($name:ident: $path:literal;)*) => { $(#[doc = include_str!(concat!("../../docs/", $path))] struct $name;)* };
}

pages! {
    Attributes: "guards/attributes.md";
    Basics: "recipes/basics.md";
    Browsers: "recipes/browsers.md";
    AuditTrail: "recipes/audit-trail.md";
    Composition: "guards/composition.md";
    ClaimsAndScopes: "guards/claims-and-scopes.md";
    Conditions: "guards/conditions.md";
    Cors: "recipes/cors.md";
    Credentials: "reference/credentials.md";
    Dpop: "recipes/dpop.md";
    Errors: "reference/errors.md";
    FromAxumLogin: "coming-from/axum-login.md";
    FromFastApi: "coming-from/fastapi.md";
    FromJsonwebtoken: "coming-from/jsonwebtoken.md";
    FromNestJs: "coming-from/nestjs.md";
    FromSpringSecurity: "coming-from/spring-security.md";
    Guards: "reference/guards.md";
    Metrics: "metrics.md";
    MultiTenancy: "recipes/multi-tenancy.md";
    OpenApi: "recipes/openapi.md";
    Operations: "reference/operations.md";
    OtherIssuers: "recipes/other-issuers.md";
    OwnLogin: "recipes/own-login.md";
    OwnUsers: "recipes/own-users.md";
    Permissions: "guards/permissions.md";
    PolicyLaws: "guards/policy-laws.md";
    ReadyRoutes: "recipes/ready-routes.md";
    Recovery: "recipes/recovery.md";
    ResourceMetadata: "recipes/resource-metadata.md";
    SecondFactors: "recipes/second-factors.md";
    Testing: "recipes/testing.md";
    Tutorial1: "tutorial/1-first-guard.md";
    Tutorial2: "tutorial/2-accounts.md";
    Tutorial3: "tutorial/3-users-and-roles.md";
    Tutorial4: "tutorial/4-api-keys.md";
    Tutorial5: "tutorial/5-tests.md";
}
