//! What holds for any deal and any text.
