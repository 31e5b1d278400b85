//! Deals of the comparison, always the same for the same number of them.

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A deal as the hand-written code has it.
#[derive(Clone, Debug)]
pub struct Deal {
    pub client_kind: ClientKind,
    pub channel: Channel,
    pub existing_client: bool,
    pub niche: u8,
    pub budget: u8,
    pub values: u8,
    pub ambition: u8,
    pub openness: u8,
    pub law_forbids_discovery_billing: bool,
    pub users: u32,
    pub provider: Provider,
    pub deployment: Deployment,
    pub instances: u32,
    pub role_load: u32,
    pub role_limit: u32,
    pub hours_free: u32,
    pub hours_needed: u32,
    /// In cents.
    pub hourly_rate: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    Private,
    Nonprofit,
    Government,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Direct,
    Referral,
    Rfp,
    Tender,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    Ovh,
    Digitalocean,
    Aws,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deployment {
    Shared,
    Independent,
}

/// The same as JSON has it. The rate is read from its digits: through a binary float a cent can get lost.
#[derive(Deserialize)]
struct Line<'a> {
    client_kind: ClientKind,
    channel: Channel,
    existing_client: bool,
    niche: u8,
    budget: u8,
    values: u8,
    ambition: u8,
    openness: u8,
    law_forbids_discovery_billing: bool,
    users: u32,
    provider: Provider,
    deployment: Deployment,
    instances: u32,
    role_load: u32,
    role_limit: u32,
    hours_free: u32,
    hours_needed: u32,
    #[serde(borrow)]
    hourly_rate: &'a RawValue,
}

/// Cents from digits.
fn cents(digits: &str) -> Option<i64> {
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let rest = match rest.as_bytes() {
        [] => 0,
        [tens] => i64::from(tens - b'0') * 10,
        [tens, ones] => i64::from(tens - b'0') * 10 + i64::from(ones - b'0'),
        _ => return None,
    };
    Some(whole.parse::<i64>().ok()? * 100 + rest)
}

impl Deal {
    /// Reads a line as an expert would.
    pub fn parse(line: &str) -> Option<Deal> {
        let Line {
            client_kind,
            channel,
            existing_client,
            niche,
            budget,
            values,
            ambition,
            openness,
            law_forbids_discovery_billing,
            users,
            provider,
            deployment,
            instances,
            role_load,
            role_limit,
            hours_free,
            hours_needed,
            hourly_rate,
        } = serde_json::from_str(line).ok()?;
        let hourly_rate = cents(hourly_rate.get())?;
        Some(Deal {
            client_kind,
            channel,
            existing_client,
            niche,
            budget,
            values,
            ambition,
            openness,
            law_forbids_discovery_billing,
            users,
            provider,
            deployment,
            instances,
            role_load,
            role_limit,
            hours_free,
            hours_needed,
            hourly_rate,
        })
    }

    /// A line of JSON.
    pub fn line(&self) -> String {
        let word = |value: &dyn erased::Word| value.word();
        format!(
            "{{\"client_kind\":\"{}\",\"channel\":\"{}\",\"existing_client\":{},\"niche\":{},\"budget\":{},\"values\":{},\
             \"ambition\":{},\"openness\":{},\"law_forbids_discovery_billing\":{},\"users\":{},\"provider\":\"{}\",\
             \"deployment\":\"{}\",\"instances\":{},\"role_load\":{},\"role_limit\":{},\"hours_free\":{},\
             \"hours_needed\":{},\"hourly_rate\":{}.{:02}}}",
            word(&self.client_kind),
            word(&self.channel),
            self.existing_client,
            self.niche,
            self.budget,
            self.values,
            self.ambition,
            self.openness,
            self.law_forbids_discovery_billing,
            self.users,
            word(&self.provider),
            word(&self.deployment),
            self.instances,
            self.role_load,
            self.role_limit,
            self.hours_free,
            self.hours_needed,
            self.hourly_rate / 100,
            self.hourly_rate % 100,
        )
    }
}

mod erased {
    /// A variant as its name.
    pub trait Word {
        fn word(&self) -> String;
    }

    impl<T: serde::Serialize> Word for T {
        fn word(&self) -> String {
            serde_json::to_string(self).unwrap_or_default().trim_matches('"').to_owned()
        }
    }
}

/// So many deals, every fact uniform over a range that makes every outcome common.
pub fn generate(count: usize) -> Vec<Deal> {
    let mut dice = Rng::with_seed(20_261_123);
    (0..count)
        .map(|_| Deal {
            client_kind: dice.choice([ClientKind::Private, ClientKind::Nonprofit, ClientKind::Government]).unwrap(),
            channel: dice.choice([Channel::Direct, Channel::Referral, Channel::Rfp, Channel::Tender]).unwrap(),
            existing_client: dice.bool(),
            niche: dice.u8(0..=5),
            budget: dice.u8(0..=5),
            values: dice.u8(0..=5),
            ambition: dice.u8(0..=5),
            openness: dice.u8(0..=5),
            law_forbids_discovery_billing: dice.bool(),
            users: dice.u32(0..2_000),
            provider: dice.choice([Provider::Ovh, Provider::Digitalocean, Provider::Aws]).unwrap(),
            deployment: dice.choice([Deployment::Shared, Deployment::Independent]).unwrap(),
            instances: dice.u32(0..5),
            role_load: dice.u32(0..60),
            role_limit: dice.u32(20..80),
            hours_free: dice.u32(0..200),
            hours_needed: dice.u32(0..150),
            hourly_rate: dice.i64(5_000..20_000),
        })
        .collect()
}
