//! Values, types and units; what a deal says; deals read by a policy's schema.

pub mod deal;
pub mod encode;
mod path;
pub mod read;
mod schema;
mod types;
mod value;
pub mod write;

pub use deal::{Deal, Element, FactPath, Given, Origin};
pub use schema::{
    DEFAULT_DECIMALS, Enumeration, EnumerationId, Fact, FactId, Record, RecordId, Schema, Unit, UnitId, Variant,
};
pub use types::{DateRange, NumberKind, NumberRange, NumberType, Type, TypeKind, UnitProduct};
pub use value::{ItemSet, RecordValue, Value};
