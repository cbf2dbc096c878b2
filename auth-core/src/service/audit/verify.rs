//! Verification of the audit trail.

use super::report::{Finding, PinnedHead, TrailHeads, TrailReport};
use crate::event::Journal;
use crate::service::{AccountError, Auth};
use crate::store::{ChainHead, Link, LinkedRow, StoreError, UnknownKey, link};
use crate::token::AuditKey;

/// Rows of one query.
const PAGE: u32 = 500;

impl Auth {
    /// Verifies the links of the audit trail: a row that was changed, removed, inserted or moved by other means than this
    /// crate is a [`Finding`]. It reads the whole trail page by page, and writes may go on meanwhile.
    ///
    /// What this proves depends on what the other party could do:
    ///
    /// | it may | found |
    /// | --- | --- |
    /// | change, remove and insert rows | each |
    /// | the same, and compute links and heads | with an [`audit_key`](crate::AuthBuilder::audit_key) each |
    /// | remove a chain with its head, or restore rows and heads of an earlier time | with heads `pinned` before it, which lie elsewhere, alone |
    /// | read the key | only what was pinned |
    ///
    /// ```
    /// # auth_core::testing::example(async |auth, ada, system| {
    /// let report = auth.verify_events(None).await?;
    /// for finding in &report.findings {
    ///     eprintln!("{finding}"); // "chain 1: rows 17 to 17 are missing"
    /// }
    /// assert!(report.is_intact());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events).
    pub async fn verify_events(&self, pinned: Option<&TrailHeads>) -> Result<TrailReport, AccountError> {
        let journal = self.journal()?;
        let pinned = pinned.map_or(&[][..], |pinned| &pinned.0);
        let mut report = TrailReport::default();
        let mut from = Some(i64::MIN);
        // Chains are begun meanwhile, and rows may be in none.
        while let Some(least) = from
            && let Some(next) = next_chain(journal, least).await?
        {
            let mut walk = Walk::new(journal, next, pinned);
            walk.run(&mut report).await?;
            from = walk.head.chain.checked_add(1);
        }
        for pin in pinned {
            if !report.heads.0.iter().any(|head| head.chain == pin.chain) {
                report.add(Finding::Missing { chain: pin.chain, from: 1, to: pin.position });
            }
        }
        report.unlinked = journal.log().unlinked_rows(1_000).await?.len() as u64;
        Ok(report)
    }

    /// Returns the heads of the audit trail, to keep them elsewhere. [`TrailHeads`] has an example.
    ///
    /// # Errors
    ///
    /// As [`events`](Self::events).
    pub async fn event_heads(&self) -> Result<TrailHeads, AccountError> {
        Ok(TrailHeads(self.journal()?.log().chains().await?.iter().map(PinnedHead::from).collect()))
    }
}

/// The chain with the least number from this one on, with its head if it has one.
async fn next_chain(journal: &Journal, from: i64) -> Result<Option<(i64, Option<ChainHead>)>, StoreError> {
    // Rows first: a chain whose rows are there has its head as well.
    let row = journal.log().linked_rows((from, i64::MIN), 1).await?.pop();
    let head = journal.log().chains().await?.into_iter().find(|head| head.chain >= from);
    Ok(match (row, head) {
        (Some(row), Some(head)) if head.chain <= row.chain => Some((head.chain, Some(head))),
        (Some(row), _) => Some((row.chain, None)),
        (None, head) => head.map(|head| (head.chain, Some(head))),
    })
}

/// A walk along one chain.
struct Walk<'a> {
    journal: &'a Journal,
    head: ChainHead,
    has_head: bool,
    key: Result<Option<&'a AuditKey>, UnknownKey>,
    /// The last row so far, or the last one that retention removed.
    position: i64,
    /// The position at which the next page begins; `None` after the highest one. Also rows before the beginning are looked
    /// at: none should be there.
    from: Option<i64>,
    /// The link of `position`; `None` after a gap.
    link: Option<Link>,
    pinned: Option<&'a PinnedHead>,
}

impl<'a> Walk<'a> {
    fn new(journal: &'a Journal, (chain, head): (i64, Option<ChainHead>), pinned: &'a [PinnedHead]) -> Self {
        let has_head = head.is_some();
        let head = head.unwrap_or_else(|| ChainHead::begin(chain, None));
        let pinned = pinned.iter().find(|pin| pin.chain == chain);
        let key = head.key(journal.keys());
        let (position, link) = (head.first, Some(head.first_link));
        Self { journal, position, from: Some(i64::MIN), link, head, has_head, key, pinned }
    }

    async fn run(&mut self, report: &mut TrailReport) -> Result<(), StoreError> {
        let chain = self.head.chain;
        if self.key.is_err() {
            report.add(Finding::UnknownKey { chain });
        }
        self.compare_pin(report);
        loop {
            let removed = self.head.first;
            let page = match self.from {
                Some(from) => self.journal.log().linked_rows((chain, from), PAGE).await?,
                None => Vec::new(),
            };
            let rows: Vec<_> = page.into_iter().take_while(|row| row.chain == chain).collect();
            if rows.is_empty() {
                // Read after the rows: each of them was committed with its head.
                let is_old = !self.read_head().await?;
                if is_old || self.head.last <= self.position {
                    break;
                }
            }
            for row in &rows {
                self.from = row.position.checked_add(1);
                self.step(row, removed, report).await?;
            }
        }
        self.finish(report);
        Ok(())
    }

    /// Reads the head again, and returns whether it has moved on.
    async fn read_head(&mut self) -> Result<bool, StoreError> {
        let chains = self.journal.log().chains().await?;
        let Some(head) = chains.into_iter().find(|head| head.chain == self.head.chain) else { return Ok(false) };
        let has_moved = head != self.head;
        self.head = head;
        Ok(has_moved)
    }

    /// Looks at a row of a page that was read when `removed` was the last row that retention had removed.
    async fn step(&mut self, linked: &LinkedRow, removed: i64, report: &mut TrailReport) -> Result<(), StoreError> {
        let LinkedRow { row, chain, position, link: stored } = linked;
        let event = || row.id.clone();
        if *position <= removed {
            report.add(Finding::Inserted { chain: *chain, position: *position, event: event() });
            return Ok(());
        }
        if *position > self.position + 1 || *position > self.head.last {
            self.read_head().await?;
        }
        // Retention may have removed rows since the head was read, also of this page.
        if self.head.first > self.position {
            (self.position, self.link) = (self.head.first, Some(self.head.first_link));
        }
        if *position <= self.head.first {
            return Ok(());
        }
        if !self.has_head || *position > self.head.last || *position <= self.position {
            report.add(Finding::Inserted { chain: *chain, position: *position, event: event() });
            self.position = self.position.max(*position);
            return Ok(());
        }
        if *position > self.position + 1 {
            report.add(Finding::Missing { chain: *chain, from: self.position + 1, to: position - 1 });
            self.link = None;
        }
        if let (Some(before), Ok(key)) = (&self.link, self.key)
            && link(*chain, *position, before, row, key) != *stored
        {
            report.add(Finding::Changed { chain: *chain, position: *position, event: event() });
        }
        (self.position, self.link) = (*position, Some(*stored));
        report.rows += 1;
        self.compare_pin(report);
        Ok(())
    }

    /// Compares the row at the pinned position with its pin.
    fn compare_pin(&self, report: &mut TrailReport) {
        if let Some(pin) = self.pinned.filter(|pin| pin.position == self.position)
            && self.link.is_some_and(|link| link != pin.link)
        {
            report.add(Finding::Head { chain: pin.chain });
        }
    }

    fn finish(&self, report: &mut TrailReport) {
        let ChainHead { chain, last, last_link, .. } = self.head;
        if !self.has_head {
            return;
        }
        let to = self.pinned.map_or(last, |pin| last.max(pin.position));
        if to > self.position {
            report.add(Finding::Missing { chain, from: self.position + 1, to });
        }
        let is_other_end = last == self.position && self.link.is_some_and(|link| link != last_link);
        if is_other_end || !self.head.is_sealed_by_any(self.journal.keys()) {
            report.add(Finding::Head { chain });
        }
        report.heads.0.push(PinnedHead::from(&self.head));
    }
}
