//! Rows that are decided many at a time: what they come to is what each comes to alone, read as text.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int32Array, RecordBatch, StringArray,
};
use arrow_select::concat::concat_batches;
use dealdesk::Pack;
use dealdesk::batch::columnar::Decider;
use dealdesk::batch::{Done, From, Plan, To, Worker};
use dealdesk::civil::date;
use dealdesk::engine::Memo;
use dealdesk::facts::deal::date_of_day;
use fastrand::Rng;

use super::table;

/// Everything that cells can be: words, truths, numbers with and without decimals, dates, none, texts, presumptions, faults,
/// conflicts and gaps.
const POLICY: &str = r#"
currency EUR

fact kind: one of private, nonprofit, government
fact existing: boolean
fact total: decimal in EUR 0..1_000_000
fact pieces: integer 0..1_000
fact signed: date or none
fact urgent: boolean
  presumed false
fact note: text

decide discount: one of none_given, five_percent, ten_percent
  default none_given
  rule loyal: five_percent when existing
  rule nonprofit: ten_percent when kind is nonprofit
  rule small: none_given when total < 10 EUR
    overrides loyal, nonprofit

decide per_piece: decimal in EUR = round(total / pieces, 2)
decide double: decimal in EUR = 2 * total
decide many: integer = 3 * pieces + 1
decide renewed: date or none
  default none
  rule signed: signed when signed is not none
decide desk: one of inside, field
  rule rush: inside when urgent
  rule known: inside when note is "known"
  rule large: field when pieces > 20 and not urgent
"#;

/// Rows as columns, and as lines of JSON. In the first `clean` nothing is unknown or wrong.
fn rows(count: usize, clean: usize, dice: &mut Rng) -> (RecordBatch, String) {
    let mut at = 0;
    let mut rarely = |dice: &mut Rng| {
        at += 1;
        at > clean * 7 && dice.usize(0..97) == 0
    };
    let (mut kinds, mut existing, mut totals, mut pieces) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut signed, mut urgent, mut notes, mut lines) = (Vec::new(), Vec::new(), Vec::new(), String::new());
    for _ in 0..count {
        let mut said: Vec<String> = Vec::new();
        let mut say = |name: &str, value: Option<String>| said.extend(value.map(|value| format!("\"{name}\":{value}")));
        let kind = if rarely(dice) { "club" } else { ["private", "government", "nonprofit"][dice.usize(0..3)] };
        say("kind", Some(format!("\"{kind}\"")));
        kinds.push(Some(kind));
        let known = (!rarely(dice)).then(|| dice.usize(0..40) == 0);
        say("existing", known.map(|known| known.to_string()));
        existing.push(known);
        let cents = (!rarely(dice)).then(|| if rarely(dice) { 100_000_001 } else { dice.i128(0..100_000) });
        say("total", cents.map(|cents| format!("{}.{:02}", cents / 100, cents % 100)));
        totals.push(cents);
        let count = if rarely(dice) { 0 } else { dice.i32(1..30) };
        say("pieces", Some(count.to_string()));
        pieces.push(count);
        let day = dice.bool().then(|| dice.i32(0..20_000));
        let date = day.map(|day| format!("\"{}\"", date_of_day(day.into()).unwrap()));
        say("signed", Some(date.unwrap_or("null".to_owned())));
        signed.push(day);
        let rush = (!rarely(dice)).then(|| dice.usize(0..9) == 0);
        say("urgent", rush.map(|rush| rush.to_string()));
        urgent.push(rush);
        let note = (!rarely(dice)).then(|| if dice.bool() { "known".to_owned() } else { dice.u16(..).to_string() });
        say("note", note.as_ref().map(|note| format!("\"{note}\"")));
        notes.push(note);
        lines += &format!("{{{}}}\n", said.join(","));
    }
    let totals = Decimal128Array::from(totals).with_precision_and_scale(12, 2).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("kind", Arc::new(kinds.into_iter().collect::<DictionaryArray<Int32Type>>())),
        ("existing", Arc::new(BooleanArray::from(existing))),
        ("total", Arc::new(totals)),
        ("pieces", Arc::new(Int32Array::from(pieces))),
        ("signed", Arc::new(Date32Array::from(signed))),
        ("urgent", Arc::new(BooleanArray::from(urgent))),
        ("note", Arc::new(StringArray::from(notes))),
    ];
    (table(columns), lines)
}

fn decided(plan: &Plan, batch: &RecordBatch, piece: usize) -> (RecordBatch, u64, String) {
    let memo = Memo::of_size(&plan.policy, 1_000);
    let mut decider = Decider::new(plan, &memo, "deals", &batch.schema()).unwrap();
    let (mut done, mut all, mut rejected, mut tally) = (Done::default(), Vec::new(), 0, String::new());
    for from in (0..batch.num_rows()).step_by(piece) {
        let part = batch.slice(from, piece.min(batch.num_rows() - from));
        decider.decide(&part, from + 1, false, &mut done).unwrap();
        all.extend(done.columns.take());
        rejected += done.tally.rejected;
        tally = format!("{:?}", done.tally);
    }
    (concat_batches(decider.schema(), &all).unwrap(), rejected, tally)
}

#[test]
fn rows_that_are_decided_together_come_to_what_each_comes_to_alone() {
    let pack = Pack::compile([("many.policy", POLICY)]).unwrap();
    let (batch, lines) = rows(2_600, 1_100, &mut Rng::with_seed(11));
    let one_by_one = ["discount", "double", "many", "renewed", "desk"].map(|name| (Some(name), false));
    for (only, strict) in [(None, false), (None, true)].into_iter().chain(one_by_one) {
        let named = only.map(|name| [pack.policy().decision_by_name(name).unwrap()]);
        let named = named.as_ref().map(|one| one.as_slice());
        let mut plan = Plan::new(pack.policy(), pack.sources(), named, date(2026, 3, 1));
        (plan.strict, plan.to) = (strict, To::Columns);
        let memo = Memo::of_size(&plan.policy, 1_000);
        let mut done = Done::default();
        Worker::new(&plan, &memo, "deals", From::Lines).decide(lines.as_bytes(), 1, false, &mut done);
        let (alone, rejected) = (done.columns.take().unwrap(), done.tally.rejected);
        assert!(rejected > 10 && alone.num_rows() > 2_500);
        for piece in [batch.num_rows(), 1_000, 7] {
            let (together, also, tally) = decided(&plan, &batch, piece);
            assert_eq!(rejected, also);
            assert_eq!(together, alone, "{only:?}, strict {strict}, {piece} rows at a time");
            if piece == batch.num_rows() {
                assert_eq!(tally, format!("{:?}", done.tally));
            }
        }
        for to in [To::Lines, To::Table] {
            plan.to = to;
            Worker::new(&plan, &memo, "deals", From::Lines).decide(lines.as_bytes(), 1, false, &mut done);
            let alone = String::from_utf8(std::mem::take(&mut done.text)).unwrap();
            Decider::new(&plan, &memo, "deals", &batch.schema()).unwrap().decide(&batch, 1, false, &mut done).unwrap();
            assert_eq!(String::from_utf8(std::mem::take(&mut done.text)).unwrap(), alone, "{only:?}, strict {strict}");
        }
    }
}
