//! The comparison policy over columns in memory: hand-written loops, and Deal Desk, from the same columns.

use std::hint::black_box;

use dealdesk::facts::FactId;
use dealdesk::program::OutputId;
use dealdesk::program::columns::{Column, Columns, ROWS, Values};

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

/// Every output of a chunk, by hand.
pub struct Hand {
    priority: [u8; ROWS],
    respond: [bool; ROWS],
    discovery_billing: [u8; ROWS],
    tier: [u8; ROWS],
    total_hours: [i32; ROWS],
    monthly_cost: [i64; ROWS],
    capacity: [u8; ROWS],
    accept: [bool; ROWS],
}

impl Hand {
    pub fn new() -> Hand {
        Hand {
            priority: [0; ROWS],
            respond: [false; ROWS],
            discovery_billing: [0; ROWS],
            tier: [0; ROWS],
            total_hours: [0; ROWS],
            monthly_cost: [0; ROWS],
            capacity: [0; ROWS],
            accept: [false; ROWS],
        }
    }

    /// Decides the rows from `start` on: a loop for each few outputs that hang together, without branches, over slices of
    /// one length, which is what the compiler turns into vector instructions.
    #[inline(never)]
    pub fn decide(&mut self, deals: &Deals, start: usize) -> usize {
        let n = ROWS.min(deals.len() - start);
        let part = start..start + n;
        {
            let (niche, budget) = (&deals.niche[part.clone()], &deals.budget[part.clone()]);
            let (values, ambition) = (&deals.values[part.clone()], &deals.ambition[part.clone()]);
            let (openness, out) = (&deals.openness[part.clone()], &mut self.priority[..n]);
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
            let priority = &self.priority[..n];
            let (respond, billing) = (&mut self.respond[..n], &mut self.discovery_billing[..n]);
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
            let (tier, hours) = (&mut self.tier[..n], &mut self.total_hours[..n]);
            let cost = &mut self.monthly_cost[..n];
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
            let (existing, respond) = (&deals.existing_client[part.clone()], &self.respond[..n]);
            let (capacity, accept) = (&mut self.capacity[..n], &mut self.accept[..n]);
            for i in 0..n {
                let limited = u8::from(free[i] < needed[i]);
                capacity[i] = if load[i] >= limit[i] { 2 } else { limited };
            }
            for i in 0..n {
                accept[i] = respond[i] & (existing[i] | (capacity[i] == 0));
            }
        }
        n
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

/// Deal Desk over the same columns.
pub struct Ours {
    columns: Columns,
    facts: [FactId; 18],
    outputs: [OutputId; 8],
}

impl Ours {
    pub fn new() -> Ours {
        let program = ours::program();
        let facts = ours::FACTS.map(|name| program.fact(name).unwrap());
        let outputs = ours::OUTPUTS.map(|name| program.decision(name).unwrap());
        Ours { columns: Columns::new(program), facts, outputs }
    }

    /// Takes the rows from `start` on.
    #[inline(never)]
    pub fn set(&mut self, deals: &Deals, start: usize) -> usize {
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
        n
    }

    fn output(&self, place: usize) -> Column<'_> {
        self.columns.column(self.outputs[place])
    }

    fn outputs(&self, row: usize) -> Option<Outputs> {
        let at = |place: usize| self.output(place).lanes().and_then(|lanes| lanes.get(row));
        Some(Outputs {
            priority: [Priority::High, Priority::Medium, Priority::Low][at(0)? as usize],
            respond: at(1)? == 1,
            discovery_billing: [Billing::Billed, Billing::OnAcceptance, Billing::Waived][at(2)? as usize],
            tier: at(3)?,
            total_hours: at(4)?,
            monthly_cost: at(5)?,
            capacity: [Capacity::Open, Capacity::Limited, Capacity::Closed][at(6)? as usize],
            accept: at(7)? == 1,
        })
    }
}

/// Checks that both say what is expected, and prints how long each takes for a row.
pub fn compare(deals: &[Deal], expected: &[Outputs]) {
    let columns = Deals::of(deals);
    let (mut hand, mut ours) = (Box::new(Hand::new()), Ours::new());
    for start in (0..columns.len()).step_by(ROWS) {
        let n = hand.decide(&columns, start);
        assert_eq!(ours.set(&columns, start), n);
        ours.columns.decide();
        for (row, expected) in (0..n).zip(&expected[start..]) {
            assert_eq!(hand.outputs(row), *expected);
            assert_eq!(ours.outputs(row).as_ref(), Some(expected));
        }
    }
    let chunks = || (0..columns.len()).step_by(ROWS);
    let rounds = 60;
    let best = |round: &mut dyn FnMut()| crate::best(rounds, columns.len(), round);
    let by_hand = best(&mut || {
        for start in chunks() {
            black_box(hand.decide(black_box(&columns), start));
            black_box(&mut hand);
        }
    });
    let set = best(&mut || {
        for start in chunks() {
            black_box(ours.set(black_box(&columns), start));
        }
    });
    let all = best(&mut || {
        for start in chunks() {
            black_box(ours.set(black_box(&columns), start));
            ours.columns.decide();
            for place in 0..8 {
                black_box(ours.output(place).lanes());
            }
        }
    });
    println!("\n| columns in memory, {} rows, one thread | a row | rows a second | of hand-written |", columns.len());
    println!("| --- | --- | --- | --- |");
    let row = |what: &str, ns: f64| println!("| {what} | {ns:.2} ns | {:.0} M | {:.2} × |", 1e3 / ns, ns / by_hand);
    row("hand-written loops", by_hand);
    row("Deal Desk, columns in, decided, columns out", all);
    row("… of it taking the columns in, checked", set);
    println!("{} steps for {} instructions", ours.columns.steps(), ours::program().instructions());
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
