//! A row of a record batch as a line of JSON. Whatever is unusual about a row is read from this, as if it had been written so.

use std::fmt::Write as _;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

use super::shape::{Means, Named, Shape};

/// Writes a row as an object of JSON.
pub(super) fn row(named: &[Named], columns: &[ArrayRef], row: usize, out: &mut String) {
    out.push('{');
    fields(named, columns, row, out);
    if out.ends_with(',') {
        out.pop();
    }
    out.push('}');
}

/// The names with their values, each with a comma behind it. Null is none where there can be none, and says nothing elsewhere.
fn fields(named: &[Named], columns: &[ArrayRef], row: usize, out: &mut String) {
    for Named { key, place, shape, means } in named {
        let Some(array) = columns.get(*place) else { continue };
        let is_null = is_null(array, row);
        if is_null && !matches!(means, Means::Fact(_, true)) {
            continue;
        }
        out.push_str(key);
        if is_null {
            out.push_str("null");
        } else {
            value(shape, array, row, out);
        }
        out.push(',');
    }
}

/// Whether there is no value; that of a dictionary may be null though its key is not.
pub(super) fn is_null(array: &dyn Array, row: usize) -> bool {
    if *array.data_type() == DataType::Null || array.is_null(row) {
        return true;
    }
    let of_dictionary = |keys: &dyn Array, values: &ArrayRef| key(keys, row).is_none_or(|key| values.is_null(key));
    array.as_any_dictionary_opt().is_some_and(|dictionary| of_dictionary(dictionary.keys(), dictionary.values()))
}

/// The place in its dictionary of a value.
pub(super) fn key(keys: &dyn Array, row: usize) -> Option<usize> {
    match keys.data_type() {
        DataType::Int8 => usize::try_from(at::<Int8Type>(keys, row)).ok(),
        DataType::Int16 => usize::try_from(at::<Int16Type>(keys, row)).ok(),
        DataType::Int32 => usize::try_from(at::<Int32Type>(keys, row)).ok(),
        DataType::Int64 => usize::try_from(at::<Int64Type>(keys, row)).ok(),
        DataType::UInt8 => Some(at::<UInt8Type>(keys, row).into()),
        DataType::UInt16 => Some(at::<UInt16Type>(keys, row).into()),
        DataType::UInt32 => usize::try_from(at::<UInt32Type>(keys, row)).ok(),
        DataType::UInt64 => usize::try_from(at::<UInt64Type>(keys, row)).ok(),
        _ => None,
    }
}

/// The text in a row; nothing where it is null.
pub(super) fn word(array: &dyn Array, row: usize) -> Option<&str> {
    if array.is_null(row) {
        return None;
    }
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        return word(dictionary.values(), key(dictionary.keys(), row)?);
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string_opt::<i32>()?.value(row)),
        DataType::LargeUtf8 => Some(array.as_string_opt::<i64>()?.value(row)),
        DataType::Utf8View => Some(array.as_string_view_opt()?.value(row)),
        _ => None,
    }
}

fn at<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
    array.as_primitive_opt::<T>().and_then(|array| array.values().get(row).copied()).unwrap_or_default()
}

fn value(shape: &Shape, array: &ArrayRef, row: usize, out: &mut String) {
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        match key(dictionary.keys(), row) {
            Some(key) => value(shape, dictionary.values(), key, out),
            None => out.push_str("null"),
        }
        return;
    }
    match shape {
        Shape::One => one(array, row, out),
        Shape::Struct(named) => {
            let columns = array.as_struct_opt().map(arrow_array::StructArray::columns).unwrap_or_default();
            self::row(named, columns, row, out);
        }
        Shape::List(of) => {
            let (values, range) = list(array, row);
            out.push('[');
            for at in range {
                if is_null(values, at) {
                    out.push_str("null");
                } else {
                    value(of, values, at, out);
                }
                out.push(',');
            }
            if out.ends_with(',') {
                out.pop();
            }
            out.push(']');
        }
    }
}

/// The values of a list, and where in them those of this row stand.
fn list(array: &ArrayRef, row: usize) -> (&ArrayRef, Range<usize>) {
    let range = |start: usize, length: usize| start..start + length;
    if let Some(list) = array.as_list_opt::<i32>() {
        (list.values(), range(list.value_offsets()[row] as usize, list.value_length(row) as usize))
    } else if let Some(list) = array.as_list_opt::<i64>() {
        (list.values(), range(list.value_offsets()[row] as usize, list.value_length(row) as usize))
    } else if let Some(list) = array.as_list_view_opt::<i32>() {
        (list.values(), range(list.value_offset(row) as usize, list.value_size(row) as usize))
    } else if let Some(list) = array.as_list_view_opt::<i64>() {
        (list.values(), range(list.value_offset(row) as usize, list.value_size(row) as usize))
    } else if let Some(list) = array.as_fixed_size_list_opt() {
        (list.values(), range(list.value_offset_at(row), list.value_length() as usize))
    } else {
        (array, 0..0)
    }
}

/// A single value, which is not null.
fn one(array: &dyn Array, row: usize, out: &mut String) {
    let written = match array.data_type() {
        DataType::Boolean => {
            let truth = array.as_boolean_opt().is_some_and(|array| array.value(row));
            write!(out, "{truth}")
        }
        DataType::Int8 => write!(out, "{}", at::<Int8Type>(array, row)),
        DataType::Int16 => write!(out, "{}", at::<Int16Type>(array, row)),
        DataType::Int32 => write!(out, "{}", at::<Int32Type>(array, row)),
        DataType::Int64 => write!(out, "{}", at::<Int64Type>(array, row)),
        DataType::UInt8 => write!(out, "{}", at::<UInt8Type>(array, row)),
        DataType::UInt16 => write!(out, "{}", at::<UInt16Type>(array, row)),
        DataType::UInt32 => write!(out, "{}", at::<UInt32Type>(array, row)),
        DataType::UInt64 => write!(out, "{}", at::<UInt64Type>(array, row)),
        DataType::Float16 => float(f32::from(at::<Float16Type>(array, row)), out),
        DataType::Float32 => float(at::<Float32Type>(array, row), out),
        DataType::Float64 => float(at::<Float64Type>(array, row), out),
        DataType::Decimal32(_, scale) => decimal(&at::<Decimal32Type>(array, row).to_string(), *scale, out),
        DataType::Decimal64(_, scale) => decimal(&at::<Decimal64Type>(array, row).to_string(), *scale, out),
        DataType::Decimal128(_, scale) => decimal(&at::<Decimal128Type>(array, row).to_string(), *scale, out),
        DataType::Decimal256(_, scale) => decimal(&at::<Decimal256Type>(array, row).to_string(), *scale, out),
        DataType::Utf8 => quoted(array.as_string_opt::<i32>().map_or("", |array| array.value(row)), out),
        DataType::LargeUtf8 => quoted(array.as_string_opt::<i64>().map_or("", |array| array.value(row)), out),
        DataType::Utf8View => quoted(array.as_string_view_opt().map_or("", |array| array.value(row)), out),
        data => match seconds(array, data, row) {
            Some(since) => moment(data, since, out),
            None => write!(out, "null"),
        },
    };
    // Writing to a string cannot fail.
    let _ = written;
}

fn quoted(text: &str, out: &mut String) -> std::fmt::Result {
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
    Ok(())
}

/// The shortest digits that are this number and no other.
fn float<T: Into<f64> + Copy + std::fmt::Display + std::fmt::LowerExp>(
    number: T,
    out: &mut String,
) -> std::fmt::Result {
    let wide: f64 = number.into();
    match wide.abs() {
        // No number: let it be told as what it is.
        size if !size.is_finite() => write!(out, "\"{number}\""),
        size if size != 0.0 && !(1e-7..1e17).contains(&size) => write!(out, "{number:e}"),
        _ => write!(out, "{number}"),
    }
}

/// Digits with a point before the last `scale` of them; a scale below 0 stands for zeros behind them.
fn decimal(digits: &str, scale: i8, out: &mut String) -> std::fmt::Result {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let Ok(scale) = usize::try_from(scale) else {
        return write!(out, "{sign}{digits}e{}", scale.unsigned_abs());
    };
    if scale == 0 {
        return write!(out, "{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, rest) = digits.split_at(digits.len() - scale);
    match rest.trim_end_matches('0') {
        "" => write!(out, "{sign}{whole}"),
        rest => write!(out, "{sign}{whole}.{rest}"),
    }
}

const DAY: i64 = 86_400;

/// A date or a moment as whole seconds since 1970, and the billionths that are left.
fn seconds(array: &dyn Array, data: &DataType, row: usize) -> Option<(i64, i64)> {
    let (value, per_second) = match data {
        DataType::Date32 => return Some((i64::from(at::<Date32Type>(array, row)) * DAY, 0)),
        DataType::Date64 => (at::<Date64Type>(array, row), 1_000),
        DataType::Timestamp(TimeUnit::Second, _) => (at::<TimestampSecondType>(array, row), 1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => (at::<TimestampMillisecondType>(array, row), 1_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => (at::<TimestampMicrosecondType>(array, row), 1_000_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => (at::<TimestampNanosecondType>(array, row), 1_000_000_000),
        _ => return None,
    };
    Some((value.div_euclid(per_second), value.rem_euclid(per_second) * (1_000_000_000 / per_second)))
}

/// A date, with its time of day if it has one, as a text.
fn moment(data: &DataType, (seconds, billionths): (i64, i64), out: &mut String) -> std::fmt::Result {
    let (day, time) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let days = jiff::Span::new().try_days(day).ok();
    let Some(date) = days.and_then(|days| jiff::civil::date(1970, 1, 1).checked_add(days).ok()) else {
        return write!(out, "\"day {day}\"");
    };
    let zone = if matches!(data, DataType::Timestamp(_, Some(_))) { "Z" } else { "" };
    if time == 0 && billionths == 0 && zone.is_empty() {
        return write!(out, "\"{date}\"");
    }
    write!(out, "\"{date}T{:02}:{:02}:{:02}", time / 3_600, time / 60 % 60, time % 60)?;
    if billionths != 0 {
        write!(out, "{}", format!(".{billionths:09}").trim_end_matches('0'))?;
    }
    write!(out, "{zone}\"")
}
