//! Export of the audit trail as JSON lines.

use crate::event::Event;
use crate::service::{AccountError, Auth};
use crate::store::{AuditFilter, StoreError};

/// Events of one query.
const PAGE: u32 = 500;

impl Auth {
    /// Exports the events of a filter as JSON lines, newest first, and returns their number: `write` receives the lines of each
    /// page, each with its line end. One page is in memory at a time, whatever the length of the trail.
    ///
    /// ```
    /// use auth_core::AccountError;
    /// use auth_core::store::AuditFilter;
    ///
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let mut file = Vec::new();
    /// let write = async |lines: String| {
    ///     file.extend(lines.into_bytes());
    ///     Ok::<_, AccountError>(())
    /// };
    /// assert_eq!(auth.export_events(AuditFilter::default(), write).await?, 1);
    /// assert!(file.starts_with(b"{\"id\":") && file.ends_with(b"}\n"));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// That of `write`; otherwise as [`events`](Self::events).
    pub async fn export_events<E: From<AccountError>>(
        &self,
        mut filter: AuditFilter,
        mut write: impl AsyncFnMut(String) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut events = 0;
        while let Some((lines, count)) = self.next_lines(&mut filter).await? {
            write(lines).await?;
            events += count;
        }
        Ok(events)
    }

    /// The lines of the next page and their number, and the filter moved on to the page after it; `None` at the end.
    pub(crate) async fn next_lines(&self, filter: &mut AuditFilter) -> Result<Option<(String, u64)>, AccountError> {
        let rows = self.journal()?.log().events(filter, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        let mut lines = String::new();
        for row in &rows {
            // Not the stored text itself, which another party may have changed: an event is one line.
            let line = serde_json::to_string(&Event::of_row(row)).map_err(StoreError::unavailable)?;
            lines.push_str(&line);
            lines.push('\n');
        }
        filter.before = Some((last.at, last.id.clone()));
        Ok(Some((lines, rows.len() as u64)))
    }
}
