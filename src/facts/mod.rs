//! Values, types and units; what a deal says; deals read by a policy's schema.

pub mod deal;
mod schema;
mod types;
mod value;

pub use deal::{Deal, FactPath, Given, Origin};
pub use schema::{Enumeration, EnumerationId, Fact, FactId, Record, RecordId, Schema, Unit, UnitId, Variant};
pub use types::{DateRange, NumberKind, NumberRange, NumberType, Type, TypeKind, UnitProduct};
pub use value::{ItemSet, RecordValue, Value};
