//! The comparison policy over columns in memory: hand-written loops, and Deal Desk, from the same columns.

use std::hint::black_box;

use dealdesk::facts::FactId;
use dealdesk::program::OutputId;
use dealdesk::program::columns::{Columns, Lanes, ROWS, Values};

use crate::deals::Deal;
use crate::native::{self, Billing, Capacity, Outputs, Priority};
use crate::ours;

/// Deals as columns, as narrow as a data frame would have them.
#[derive(Default)]
pub struct Deals {
    client_kind: Vec<u8>,
    channel: Vec<u8>,
    existing_client: Vec<bool>,
    niche: Vec<u8>,
    budget: Vec<u8>,
    values: Vec<u8>,
    ambition: Vec<u8>,
    openness: Vec<u8>,
    law_forbids_discovery_billing: Vec<bool>,
    users: Vec<i32>,
    provider: Vec<u8>,
    deployment: Vec<u8>,
    instances: Vec<i32>,
    role_load: Vec<i32>,
    role_limit: Vec<i32>,
    hours_free: Vec<i32>,
    hours_needed: Vec<i32>,
    /// In cents.
    hourly_rate: Vec<i64>,
}

impl Deals {
    pub fn of(deals: &[Deal]) -> Deals {
        let mut columns = Deals::default();
        for deal in deals {
            columns.client_kind.push(deal.client_kind as u8);
            columns.channel.push(deal.channel as u8);
            columns.existing_client.push(deal.existing_client);
            columns.niche.push(deal.niche);
            columns.budget.push(deal.budget);
            columns.values.push(deal.values);
            columns.ambition.push(deal.ambition);
            columns.openness.push(deal.openness);
            columns.law_forbids_discovery_billing.push(deal.law_forbids_discovery_billing);
            columns.users.push(deal.users as i32);
            columns.provider.push(deal.provider as u8);
            columns.deployment.push(deal.deployment as u8);
            columns.instances.push(deal.instances as i32);
            columns.role_load.push(deal.role_load as i32);
            columns.role_limit.push(deal.role_limit as i32);
            columns.hours_free.push(deal.hours_free as i32);
            columns.hours_needed.push(deal.hours_needed as i32);
            columns.hourly_rate.push(deal.hourly_rate);
        }
        columns
    }

    pub fn len(&self) -> usize {
        self.channel.len()
    }
}

/// Every output of every row, by hand.
pub struct Hand {
    priority: Vec<u8>,
    respond: Vec<bool>,
    discovery_billing: Vec<u8>,
    tier: Vec<u8>,
    total_hours: Vec<i32>,
    monthly_cost: Vec<i64>,
    capacity: Vec<u8>,
    accept: Vec<bool>,
}

impl Hand {
    pub fn new(rows: usize) -> Hand {
        Hand {
            priority: vec![0; rows],
            respond: vec![false; rows],
            discovery_billing: vec![0; rows],
            tier: vec![0; rows],
            total_hours: vec![0; rows],
            monthly_cost: vec![0; rows],
            capacity: vec![0; rows],
            accept: vec![false; rows],
        }
    }

    /// Decides the rows from `start` on: a loop for each few outputs that hang together, without branches, over slices of
    /// one length, which is what the compiler turns into vector instructions.
    #[inline(never)]
    pub fn decide(&mut self, deals: &Deals, start: usize) {
        let n = ROWS.min(deals.len() - start);
        let part = start..start + n;
        {
            let (niche, budget) = (&deals.niche[part.clone()], &deals.budget[part.clone()]);
            let (values, ambition) = (&deals.values[part.clone()], &deals.ambition[part.clone()]);
            let (openness, out) = (&deals.openness[part.clone()], &mut self.priority[part.clone()]);
            for i in 0..n {
                let score = niche[i]
                    .wrapping_mul(3)
                    .wrapping_add(budget[i].wrapping_mul(4))
                    .wrapping_add(values[i].wrapping_mul(3))
                    .wrapping_add(ambition[i].wrapping_mul(2))
                    .wrapping_add(openness[i].wrapping_mul(3));
                out[i] = u8::from(score < 50) + u8::from(score < 30);
            }
        }
        {
            let (channel, kind) = (&deals.channel[part.clone()], &deals.client_kind[part.clone()]);
            let law = &deals.law_forbids_discovery_billing[part.clone()];
            let priority = &self.priority[part.clone()];
            let (respond, billing) = (&mut self.respond[part.clone()], &mut self.discovery_billing[part.clone()]);
            for i in 0..n {
                let is_bid = (channel[i] == 2) | (channel[i] == 3);
                let responds = !is_bid | (priority[i] == 0);
                let legal_bar = (channel[i] == 3) & (kind[i] == 2) & law[i];
                respond[i] = responds;
                billing[i] = if legal_bar { 2 } else { u8::from(is_bid & responds) };
            }
        }
        {
            let (users, instances) = (&deals.users[part.clone()], &deals.instances[part.clone()]);
            let (deployment, provider) = (&deals.deployment[part.clone()], &deals.provider[part.clone()]);
            let rate = &deals.hourly_rate[part.clone()];
            let (tier, hours) = (&mut self.tier[part.clone()], &mut self.total_hours[part.clone()]);
            let cost = &mut self.monthly_cost[part.clone()];
            for i in 0..n {
                let dedicated = (deployment[i] == 1) | (provider[i] == 2);
                let second = (users[i] > 1_000) | dedicated | (instances[i] > 1);
                tier[i] = 1 + u8::from(second);
                hours[i] = (7 + 4 * i32::from(second)) * instances[i];
            }
            for i in 0..n {
                cost[i] = i64::from(hours[i]) * rate[i];
            }
        }
        {
            let (load, limit) = (&deals.role_load[part.clone()], &deals.role_limit[part.clone()]);
            let (free, needed) = (&deals.hours_free[part.clone()], &deals.hours_needed[part.clone()]);
            let (existing, respond) = (&deals.existing_client[part.clone()], &self.respond[part.clone()]);
            let (capacity, accept) = (&mut self.capacity[part.clone()], &mut self.accept[part.clone()]);
            for i in 0..n {
                let limited = u8::from(free[i] < needed[i]);
                capacity[i] = if load[i] >= limit[i] { 2 } else { limited };
            }
            for i in 0..n {
                accept[i] = respond[i] & (existing[i] | (capacity[i] == 0));
            }
        }
    }

    fn outputs(&self, row: usize) -> Outputs {
        Outputs {
            priority: [Priority::High, Priority::Medium, Priority::Low][self.priority[row] as usize],
            respond: self.respond[row],
            discovery_billing: [Billing::Billed, Billing::OnAcceptance, Billing::Waived]
                [self.discovery_billing[row] as usize],
            tier: self.tier[row].into(),
            total_hours: self.total_hours[row].into(),
            monthly_cost: self.monthly_cost[row],
            capacity: [Capacity::Open, Capacity::Limited, Capacity::Closed][self.capacity[row] as usize],
            accept: self.accept[row],
        }
    }
}

/// A column of outputs as wide as the program holds it.
enum Out {
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
}

impl Out {
    /// Room for so many rows of what a column comes as.
    fn like(lanes: Lanes<'_>, rows: usize) -> Out {
        match lanes {
            Lanes::I8(_) => Out::I8(vec![0; rows]),
            Lanes::I16(_) => Out::I16(vec![0; rows]),
            Lanes::I32(_) => Out::I32(vec![0; rows]),
            Lanes::I64(_) | Lanes::Same(_) => Out::I64(vec![0; rows]),
        }
    }

    fn put(&mut self, start: usize, lanes: Lanes<'_>) {
        match (self, lanes) {
            (Out::I8(out), Lanes::I8(lanes)) => out[start..start + lanes.len()].copy_from_slice(lanes),
            (Out::I16(out), Lanes::I16(lanes)) => out[start..start + lanes.len()].copy_from_slice(lanes),
            (Out::I32(out), Lanes::I32(lanes)) => out[start..start + lanes.len()].copy_from_slice(lanes),
            (Out::I64(out), Lanes::I64(lanes)) => out[start..start + lanes.len()].copy_from_slice(lanes),
            _ => panic!("a column came as wide as it was before"),
        }
    }

    fn get(&self, row: usize) -> i64 {
        match self {
            Out::I8(values) => values[row].into(),
            Out::I16(values) => values[row].into(),
            Out::I32(values) => values[row].into(),
            Out::I64(values) => values[row],
        }
    }
}

/// Deal Desk over the same columns.
pub struct Ours {
    columns: Columns,
    facts: [FactId; 18],
    outputs: [OutputId; 8],
    /// Every output of every row.
    out: Vec<Out>,
}

impl Ours {
    pub fn new() -> Ours {
        let program = ours::program();
        let facts = ours::FACTS.map(|name| program.fact(name).unwrap());
        let outputs = ours::OUTPUTS.map(|name| program.decision(name).unwrap());
        Ours { columns: Columns::new(program), facts, outputs, out: Vec::new() }
    }

    /// Takes the rows from `start` on.
    #[inline(never)]
    pub fn set(&mut self, deals: &Deals, start: usize) {
        let n = ROWS.min(deals.len() - start);
        let part = start..start + n;
        let given = [
            Values::U8(&deals.client_kind[part.clone()]),
            Values::U8(&deals.channel[part.clone()]),
            Values::Booleans(&deals.existing_client[part.clone()]),
            Values::U8(&deals.niche[part.clone()]),
            Values::U8(&deals.budget[part.clone()]),
            Values::U8(&deals.values[part.clone()]),
            Values::U8(&deals.ambition[part.clone()]),
            Values::U8(&deals.openness[part.clone()]),
            Values::Booleans(&deals.law_forbids_discovery_billing[part.clone()]),
            Values::I32(&deals.users[part.clone()]),
            Values::U8(&deals.provider[part.clone()]),
            Values::U8(&deals.deployment[part.clone()]),
            Values::I32(&deals.instances[part.clone()]),
            Values::I32(&deals.role_load[part.clone()]),
            Values::I32(&deals.role_limit[part.clone()]),
            Values::I32(&deals.hours_free[part.clone()]),
            Values::I32(&deals.hours_needed[part.clone()]),
            Values::I64(&deals.hourly_rate[part]),
        ];
        self.columns.begin(n);
        for (place, (fact, values)) in self.facts.iter().zip(given).enumerate() {
            self.columns.set_scaled(*fact, values, if place == 17 { 2 } else { 0 }, None).unwrap();
        }
    }

    /// Decides what was taken, and copies every output to its rows from `start` on.
    #[inline(never)]
    pub fn decide(&mut self, start: usize, rows: usize) {
        self.columns.decide();
        for (place, output) in self.outputs.iter().enumerate() {
            let lanes = self.columns.column(*output).lanes().unwrap();
            if self.out.len() <= place {
                self.out.push(Out::like(lanes, rows));
            }
            self.out[place].put(start, lanes);
        }
    }

    fn outputs(&self, row: usize) -> Outputs {
        let at = |place: usize| self.out[place].get(row);
        Outputs {
            priority: [Priority::High, Priority::Medium, Priority::Low][at(0) as usize],
            respond: at(1) == 1,
            discovery_billing: [Billing::Billed, Billing::OnAcceptance, Billing::Waived][at(2) as usize],
            tier: at(3),
            total_hours: at(4),
            monthly_cost: at(5),
            capacity: [Capacity::Open, Capacity::Limited, Capacity::Closed][at(6) as usize],
            accept: at(7) == 1,
        }
    }
}

/// Checks that both say what is expected of each deal, and prints how long each takes for a row: for few rows, which stay in the
/// processor's caches, and for all. A path behind that gets the same as data.
pub fn compare(deals: &[Deal], expected: &[Outputs], data: Option<&str>) {
    println!("\n| columns in memory, one thread | rows | a row | rows a second | of hand-written |");
    println!("| --- | --- | --- | --- | --- |");
    let mut lines = Vec::new();
    let fewer = [1_024, 16_384, 100_000].into_iter().filter(|rows| *rows < deals.len());
    for rows in fewer.chain([deals.len()]) {
        let (by_hand, set, all) = times(&deals[..rows], &expected[..rows]);
        let row = |what: &str, ns: f64| {
            println!("| {what} | {rows} | {ns:.2} ns | {:.0} M | {:.2} × |", 1e3 / ns, ns / by_hand);
        };
        row("hand-written loops", by_hand);
        row("Deal Desk, columns in, decided, columns out", all);
        row("… of it taking the columns in, checked", set);
        lines.push(format!("\"{rows}\": [{by_hand}, {all}]"));
    }
    println!("{} steps for {} instructions", Ours::new().columns.steps(), ours::program().instructions());
    if let Some(path) = data {
        std::fs::write(path, format!("{{{}}}\n", lines.join(", "))).unwrap();
    }
}

/// Nanoseconds a row: by hand, taking columns in, and all of it.
fn times(deals: &[Deal], expected: &[Outputs]) -> (f64, f64, f64) {
    let columns = Deals::of(deals);
    let rows = columns.len();
    let chunks = || (0..rows).step_by(ROWS);
    let (mut hand, mut ours) = (Hand::new(rows), Ours::new());
    for start in chunks() {
        hand.decide(&columns, start);
        ours.set(&columns, start);
        ours.decide(start, rows);
    }
    for (row, expected) in expected.iter().enumerate() {
        assert_eq!(hand.outputs(row), *expected);
        assert_eq!(ours.outputs(row), *expected);
    }
    let rounds = (6_000_000 / rows).clamp(20, 2_000);
    let best = |round: &mut dyn FnMut()| crate::best(rounds, rows, round);
    let by_hand = best(&mut || {
        for start in chunks() {
            hand.decide(black_box(&columns), start);
        }
        black_box(&mut hand);
    });
    let set = best(&mut || {
        for start in chunks() {
            ours.set(black_box(&columns), start);
        }
        black_box(&mut ours.columns);
    });
    let all = best(&mut || {
        for start in chunks() {
            ours.set(black_box(&columns), start);
            ours.decide(start, rows);
        }
        black_box(&mut ours.out);
    });
    (by_hand, set, all)
}

/// Writes deals, with their outputs as numbers, for `peers/polars_columns.py`.
pub fn export(path: &str, count: usize) {
    let line = |deal: &Deal| {
        let of = native::decide(deal);
        let line = deal.line();
        let expected = [
            of.priority as i64,
            of.respond.into(),
            of.discovery_billing as i64,
            of.tier,
            of.total_hours,
            of.monthly_cost,
            of.capacity as i64,
            of.accept.into(),
        ];
        format!("{},\"cents\":{},\"expected\":{expected:?}}}\n", line.trim_end_matches('}'), deal.hourly_rate)
    };
    let lines: String = crate::deals::generate(count).iter().map(line).collect();
    std::fs::write(path, lines).unwrap();
}
