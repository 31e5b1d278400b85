//! How much is read, so that no file can use up the computer.

/// The file that makes a folder a pack.
pub const MANIFEST: &str = "pack.ron";
/// The largest policy file or manifest that is read, in bytes.
pub const MAX_POLICY_BYTES: u64 = crate::syntax::MAX_FILE as u64;
/// The largest deal that is read, in bytes.
pub const MAX_DEAL_BYTES: u64 = 64 << 20;
/// The most policy files that a pack may have.
pub const MAX_POLICY_FILES: usize = 10_000;
/// The most bytes that the files of a pack may have together.
pub const MAX_PACK_BYTES: u64 = 256 << 20;
/// The most files and folders that a pack's folder may hold, policies or not.
pub const MAX_ENTRIES: usize = 100_000;
/// The most problems that checking a pack tells of.
pub(super) const MAX_PROBLEMS: usize = 1_000;
/// How many folders deep a pack may go.
pub const MAX_FOLDER_DEPTH: usize = 64;
