//! The comparison policy by Deal Desk.

use std::sync::Arc;

use dealdesk::Pack;
use dealdesk::civil::date;
use dealdesk::facts::FactId;
use dealdesk::program::{Evaluator, OutputId, Program};

use crate::deals::Deal;
use crate::native::{Billing, Capacity, Outputs, Priority};

pub const POLICY: &str = include_str!("../sales.policy");

pub fn pack() -> Pack {
    Pack::compile([("sales.policy", POLICY)]).unwrap_or_else(|error| panic!("{error}"))
}

pub fn program() -> Arc<Program> {
    Program::compile(Arc::clone(pack().policy()), Some(date(2026, 3, 1))).unwrap()
}

/// An evaluator with the names of the policy resolved.
pub struct Ours {
    pub evaluator: Evaluator,
    facts: [FactId; 18],
    outputs: [OutputId; 8],
}

pub const FACTS: [&str; 18] = [
    "client_kind",
    "channel",
    "existing_client",
    "niche",
    "budget",
    "values",
    "ambition",
    "openness",
    "law_forbids_discovery_billing",
    "users",
    "provider",
    "deployment",
    "instances",
    "role_load",
    "role_limit",
    "hours_free",
    "hours_needed",
    "hourly_rate",
];

pub const OUTPUTS: [&str; 8] =
    ["priority", "respond", "discovery_billing", "tier", "total_hours", "monthly_cost", "capacity", "accept"];

impl Ours {
    pub fn new() -> Ours {
        let program = program();
        let facts = FACTS.map(|name| program.fact(name).unwrap());
        let outputs = OUTPUTS.map(|name| program.decision(name).unwrap());
        Ours { evaluator: Evaluator::new(program), facts, outputs }
    }

    /// Sets every fact. (The variants of the deal stand in the order of the policy.)
    #[inline]
    pub fn set(&mut self, deal: &Deal) {
        let e = &mut self.evaluator;
        let [kind, channel, existing, niche, budget, values, ambition, openness, law, users, provider, rest @ ..] =
            self.facts;
        let [deployment, instances, load, limit, free, needed, rate] = rest;
        let all = (|| {
            e.set_variant(kind, deal.client_kind as u32)?;
            e.set_variant(channel, deal.channel as u32)?;
            e.set_boolean(existing, deal.existing_client)?;
            e.set_integer(niche, deal.niche.into())?;
            e.set_integer(budget, deal.budget.into())?;
            e.set_integer(values, deal.values.into())?;
            e.set_integer(ambition, deal.ambition.into())?;
            e.set_integer(openness, deal.openness.into())?;
            e.set_boolean(law, deal.law_forbids_discovery_billing)?;
            e.set_integer(users, deal.users.into())?;
            e.set_variant(provider, deal.provider as u32)?;
            e.set_variant(deployment, deal.deployment as u32)?;
            e.set_integer(instances, deal.instances.into())?;
            e.set_integer(load, deal.role_load.into())?;
            e.set_integer(limit, deal.role_limit.into())?;
            e.set_integer(free, deal.hours_free.into())?;
            e.set_integer(needed, deal.hours_needed.into())?;
            e.set_decimal(rate, deal.hourly_rate, 2)
        })();
        all.unwrap();
    }

    /// Every output after a decision.
    #[inline]
    pub fn outputs(&self) -> Option<Outputs> {
        let outcome = |place: usize| self.evaluator.outcome(self.outputs[place]);
        Some(Outputs {
            priority: [Priority::High, Priority::Medium, Priority::Low][outcome(0).variant()? as usize],
            respond: outcome(1).boolean()?,
            discovery_billing: [Billing::Billed, Billing::OnAcceptance, Billing::Waived]
                [outcome(2).variant()? as usize],
            tier: outcome(3).decimal()?.0,
            total_hours: outcome(4).decimal()?.0,
            monthly_cost: outcome(5).decimal()?.0,
            capacity: [Capacity::Open, Capacity::Limited, Capacity::Closed][outcome(6).variant()? as usize],
            accept: outcome(7).boolean()?,
        })
    }
}
