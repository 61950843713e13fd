//! Which accounts and regions to scan, and as whom.
