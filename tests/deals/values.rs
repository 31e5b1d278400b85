//! What single facts read as.
