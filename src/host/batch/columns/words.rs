//! Columns of Parquet that hold few words, or nothing.
//!
//! Most columns of decisions are such: each row has one of the outcomes, a status, and hardly ever anything to add. The writer of the
//! crate looks up each value in a table of those that it has met. Here they are known by number already, and all that is left to do is to
//! pack the numbers. What comes out is an ordinary column with a dictionary, in one page.

use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{Array, DictionaryArray, StringArray};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// No word.
const NULL: u8 = u8::MAX;

/// Words on their way into a column.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: Vec<Box<str>>,
    /// For each row the number of its word.
    rows: Vec<u8>,
}

/// The dictionary and the numbers of an array of words, null where there is none.
fn dictionary(array: &dyn Array) -> Option<(&StringArray, Keys<'_>)> {
    if let Some(array) = array.as_dictionary_opt::<Int8Type>() {
        return Some((array.values().as_string_opt()?, Keys::Narrow(array)));
    }
    let array = array.as_dictionary_opt::<Int32Type>()?;
    Some((array.values().as_string_opt()?, Keys::Wide(array)))
}

enum Keys<'a> {
    Narrow(&'a DictionaryArray<Int8Type>),
    Wide(&'a DictionaryArray<Int32Type>),
}

impl Words {
    /// For words of a dictionary, if it is one of few.
    pub(super) fn of(array: &dyn Array) -> Option<Words> {
        let mut words = Words::default();
        words.fits(array).then_some(words)
    }

    /// Whether there is room for the words of an array among the others; then they are among them.
    pub(super) fn fits(&mut self, array: &dyn Array) -> bool {
        let Some((words, _)) = dictionary(array) else { return false };
        let before = self.words.len();
        for word in words.iter().flatten() {
            if self.number(word).is_none() {
                self.words.push(word.into());
            }
            if self.words.len() >= usize::from(NULL) {
                self.words.truncate(before);
                return false;
            }
        }
        true
    }

    fn number(&self, word: &str) -> Option<u8> {
        self.words.iter().position(|known| **known == *word).and_then(|number| u8::try_from(number).ok())
    }

    /// Adds an array of words that fit.
    pub(super) fn add(&mut self, array: &dyn Array) {
        let Some((words, keys)) = dictionary(array) else { return };
        let number = |word: Option<&str>| word.and_then(|word| self.number(word)).unwrap_or(NULL);
        let numbers: Vec<u8> = words.iter().map(number).collect();
        let from = self.rows.len();
        match keys {
            Keys::Narrow(array) => {
                // There is a place for each key that a byte can hold.
                let mut table = [NULL; 256];
                table.iter_mut().zip(&numbers).for_each(|(place, number)| *place = *number);
                self.rows.extend(array.keys().values().iter().map(|key| table[usize::from(*key as u8)]));
            }
            Keys::Wide(array) => {
                let number = |key: &i32| numbers.get(*key as usize).copied().unwrap_or(NULL);
                self.rows.extend(array.keys().values().iter().map(number));
            }
        }
        if let Some(nulls) = array.nulls() {
            let rows = self.rows.iter_mut().skip(from).zip(nulls);
            rows.filter(|(_, known)| !known).for_each(|(row, _)| *row = NULL);
        }
    }

    /// The column.
    pub(super) fn finish(self, column: &ColumnDescPtr) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
        let rows = self.rows;
        let mut page = Vec::with_capacity(rows.len() / 2 + 64);
        if column.max_def_level() > 0 {
            levels(rows.iter().map(|row| u8::from(*row != NULL)), rows.len(), &mut page);
        }
        // There are fewer than 255 words.
        let width = u8::BITS - (self.words.len().clamp(2, 255) as u8 - 1).leading_zeros();
        page.push(width as u8);
        let known = rows.iter().copied().filter(|row| *row != NULL);
        pack(known.clone(), known.count(), width, &mut page);
        let mut dictionary = Vec::new();
        for word in &self.words {
            dictionary.extend_from_slice(&(word.len() as u32).to_le_bytes());
            dictionary.extend_from_slice(word.as_bytes());
        }
        column_of(column, Some((dictionary, self.words.len())), page, rows.len())
    }
}

/// A column of so many rows in which there is nothing.
pub(super) fn nothing(column: &ColumnDescPtr, rows: usize) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
    let mut page = Vec::new();
    levels(std::iter::repeat_n(0, rows), rows, &mut page);
    column_of(column, None, page, rows)
}

/// Whether there is a value, for each row.
fn levels(known: impl Iterator<Item = u8> + Clone, rows: usize, out: &mut Vec<u8>) {
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    pack(known, rows, 1, out);
    let length = (out.len() - at - 4) as u32;
    if let Some(place) = out.get_mut(at..at + 4) {
        place.copy_from_slice(&length.to_le_bytes());
    }
}

/// Numbers of so many bits, as one run where they are all the same.
fn pack(numbers: impl Iterator<Item = u8> + Clone, count: usize, width: u32, out: &mut Vec<u8>) {
    let mut rest = numbers.clone();
    let first = rest.next().unwrap_or(0);
    if rest.all(|number| number == first) {
        varint((count as u64) << 1, out);
        out.push(first);
        return;
    }
    varint(((count.div_ceil(8) as u64) << 1) | 1, out);
    let (mut bits, mut filled, begin) = (0u64, 0, out.len());
    for number in numbers {
        bits |= u64::from(number) << filled;
        filled += width;
        if filled >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&bits.to_le_bytes());
    out.resize(begin + count.div_ceil(8) * width as usize, 0);
}

/// A number of any length, seven bits in a byte.
fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A column of one page, perhaps with a dictionary of so many words before it.
fn column_of(
    column: &ColumnDescPtr,
    dictionary: Option<(Vec<u8>, usize)>,
    page: Vec<u8>,
    rows: usize,
) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
    let mut sink = TrackedWrite::new(Vec::new());
    let mut writer = SerializedPageWriter::new(&mut sink);
    let encoding = if dictionary.is_some() { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
    let mut size = 0;
    let mut write = |page: Page| {
        let length = page.buffer().len();
        let written = writer.write_page(CompressedPage::new(page, length))?;
        size += written.bytes_written as i64;
        Ok::<i64, ParquetError>(written.offset as i64)
    };
    let mut words_at = None;
    if let Some((words, count)) = dictionary {
        let page = Page::DictionaryPage {
            buf: words.into(),
            num_values: count as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        words_at = Some(write(page)?);
    }
    let page = Page::DataPage {
        buf: page.into(),
        num_values: rows as u32,
        encoding,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    };
    let rows_at = write(page)?;
    writer.close()?;
    let metadata = ColumnChunkMetaData::builder(column.clone())
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, encoding])
        .set_compression(Compression::UNCOMPRESSED)
        .set_num_values(rows as i64)
        .set_total_compressed_size(size)
        .set_total_uncompressed_size(size)
        .set_dictionary_page_offset(words_at)
        .set_data_page_offset(rows_at)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: size as u64,
        rows_written: rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok((sink.into_inner()?.into(), close))
}

#[cfg(test)]
mod tests {
    use super::pack;

    #[test]
    fn numbers_are_packed_from_the_lowest_bit_on() {
        // The example of the format's own definition: 0 to 7 in three bits.
        let mut out = Vec::new();
        pack(0..8, 8, 3, &mut out);
        assert_eq!(out, [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        out.clear();
        pack([1, 0, 1].into_iter(), 3, 1, &mut out);
        assert_eq!(out, [0b11, 0b101]);
        out.clear();
        pack(std::iter::repeat_n(1, 300), 300, 1, &mut out);
        assert_eq!(out, [0xd8, 0x04, 1]);
    }
}
