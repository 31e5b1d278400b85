//! What every other room stands on: places in text and the files they lie in, exact numbers, operators, and "did you mean".

mod number;
mod operator;
mod source;
mod suggest;

pub use number::{Number, NumberError, ParseNumberError};
pub use operator::{Aggregate, ArithmeticOp, CompareOp};
pub use source::{FileId, NotText, Position, SourceFile, Sources, Span, decode};
pub use suggest::did_you_mean;
