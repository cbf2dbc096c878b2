//! Decoding of rows.

use super::columns::{Columns, corrupt};
use crate::base::SubjectId;
use crate::password::PasswordHash;
use crate::store::{
    Account, ApiKeyRecord, AuditRow, ChainHead, Factor, Link, LinkedRow, OneTimeToken, ParentKey, Session, StoreError,
    SubjectState, UserRecord,
};

pub(super) fn user(row: &impl Columns) -> Result<UserRecord, StoreError> {
    Ok(UserRecord {
        id: row.parsed("id")?,
        // An address of an earlier grammar is no reason to refuse a login.
        email: row.text("email")?.parse().ok(),
        words: Vec::new(),
        created_at: Some(row.time("created_at")?),
        password_hash: row.optional_text("password_hash")?.map(PasswordHash::from_stored),
        state: SubjectState { active: row.flag("active")?, roles: row.names("roles")?.into(), version: row.version()? },
    })
}

pub(super) fn account(row: &impl Columns) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.parsed("id")?,
        email: row.parsed("email")?,
        roles: row.names("roles")?,
        active: row.flag("active")?,
        created_at: row.time("created_at")?,
    })
}

pub(super) fn session(row: &impl Columns) -> Result<Session, StoreError> {
    let created_at = row.time("created_at")?;
    Ok(Session {
        id: row.parsed("id")?,
        subject: row.parsed("subject")?,
        version: row.version()?,
        scope: row.text("scope")?,
        amr: row.text("amr")?,
        agent: row.optional_text("agent")?,
        created_at,
        authenticated_at: row.optional_time("authenticated_at")?.unwrap_or(created_at),
        last_used_at: row.time("last_used_at")?,
        expires_at: row.time("expires_at")?,
        ends_at: row.time("ends_at")?,
        client_id: row.optional_parsed("client_id")?,
        dpop_jkt: row.optional_text("dpop_jkt")?,
    })
}

pub(super) fn api_key(row: &impl Columns) -> Result<ApiKeyRecord, StoreError> {
    Ok(ApiKeyRecord {
        id: row.parsed("id")?,
        name: row.text("name")?,
        owner: row.parsed("owner")?,
        scopes: row.names("scopes")?,
        metadata: row.optional_json("metadata")?,
        self_service: row.flag("self_service")?,
        parent: row
            .optional_parsed("parent")?
            .zip(row.optional_hash("parent_hash")?)
            .map(|(id, hash)| ParentKey { id, hash }),
        imported: row.optional_hash("imported_hash")?,
        hash: row.hash("hash")?,
        previous: row.optional_hash("previous_hash")?.zip(row.optional_time("previous_until")?),
        created_at: row.time("created_at")?,
        expires_at: row.optional_time("expires_at")?,
        last_used_at: row.optional_time("last_used_at")?,
    })
}

pub(super) fn factor(row: &impl Columns) -> Result<Factor, StoreError> {
    let counter = u64::try_from(row.number("counter")?).map_err(|error| corrupt("counter", error))?;
    Ok(Factor {
        id: row.parsed("id")?,
        kind: row.parsed("kind")?,
        secret: row.optional_bytes("secret")?.ok_or_else(|| corrupt("secret", "it is missing"))?,
        counter,
        created_at: row.time("created_at")?,
        confirmed_at: row.optional_time("confirmed_at")?,
        last_used_at: row.optional_time("last_used_at")?,
    })
}

pub(super) fn one_time(row: &impl Columns) -> Result<OneTimeToken, StoreError> {
    Ok(OneTimeToken {
        hash: row.hash("hash")?,
        purpose: row.parsed("purpose")?,
        subject: row.parsed("subject")?,
        version: row.version()?,
        email: row.parsed("email")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}

pub(super) fn audit_row(row: &impl Columns) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        id: row.text("id")?.into(),
        at: row.time("at")?,
        kind: row.text("kind")?.into(),
        outcome: row.text("outcome")?.into(),
        // Not checked: a row that another party has changed must be found, and not hide the rows beside it.
        subject: row.optional_text("subject")?.map(SubjectId::as_written),
        body: row.text("body")?,
    })
}

pub(super) fn linked_row(row: &impl Columns) -> Result<LinkedRow, StoreError> {
    Ok(LinkedRow {
        row: audit_row(row)?,
        chain: row.number("chain")?,
        position: row.number("position")?,
        link: link(row, "link")?,
    })
}

pub(super) fn chain_head(row: &impl Columns) -> Result<ChainHead, StoreError> {
    Ok(ChainHead {
        chain: row.number("id")?,
        key_id: row.text("key_id")?.into(),
        first: row.number("first_position")?,
        first_link: link(row, "first_link")?,
        last: row.number("last_position")?,
        last_link: link(row, "last_link")?,
        seal: link(row, "seal")?,
    })
}

pub(super) fn link(row: &impl Columns, name: &'static str) -> Result<Link, StoreError> {
    let bytes = row.optional_bytes(name)?.ok_or_else(|| corrupt(name, "it is missing"))?;
    let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|error| corrupt(name, error))?;
    Ok(bytes.into())
}
