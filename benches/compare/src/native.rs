//! The comparison policy as an expert writes it by hand.

use serde::Serialize;

use crate::deals::{Channel, ClientKind, Deal, Deployment, Provider};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    High,
    Medium,
    Low,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    Billed,
    OnAcceptance,
    Waived,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Capacity {
    Open,
    Limited,
    Closed,
}

/// Every output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outputs {
    pub priority: Priority,
    pub respond: bool,
    pub discovery_billing: Billing,
    pub tier: i64,
    pub total_hours: i64,
    /// In cents.
    pub monthly_cost: i64,
    pub capacity: Capacity,
    pub accept: bool,
}

#[inline(never)]
pub fn decide(deal: &Deal) -> Outputs {
    let score = 3 * u32::from(deal.niche)
        + 4 * u32::from(deal.budget)
        + 3 * u32::from(deal.values)
        + 2 * u32::from(deal.ambition)
        + 3 * u32::from(deal.openness);
    let priority = if score >= 50 {
        Priority::High
    } else if score >= 30 {
        Priority::Medium
    } else {
        Priority::Low
    };
    let is_bid = matches!(deal.channel, Channel::Rfp | Channel::Tender);
    let respond = !is_bid || priority == Priority::High;
    let legal_bar = deal.channel == Channel::Tender
        && deal.client_kind == ClientKind::Government
        && deal.law_forbids_discovery_billing;
    let discovery_billing = if legal_bar {
        Billing::Waived
    } else if is_bid && respond {
        Billing::OnAcceptance
    } else {
        Billing::Billed
    };
    let dedicated = deal.deployment == Deployment::Independent || deal.provider == Provider::Aws;
    let tier = if deal.users > 1_000 || dedicated || deal.instances > 1 { 2 } else { 1 };
    let total_hours = if tier == 2 { 11 } else { 7 } * i64::from(deal.instances);
    let capacity = if deal.role_load >= deal.role_limit {
        Capacity::Closed
    } else if deal.hours_free < deal.hours_needed {
        Capacity::Limited
    } else {
        Capacity::Open
    };
    Outputs {
        priority,
        respond,
        discovery_billing,
        tier,
        total_hours,
        monthly_cost: total_hours * deal.hourly_rate,
        capacity,
        accept: respond && (deal.existing_client || capacity == Capacity::Open),
    }
}
