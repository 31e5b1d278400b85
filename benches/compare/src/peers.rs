//! Other engines on the same deals. Money goes to cel and regorus in cents: they have no exact decimals.

use std::hint::black_box;
use std::sync::Arc;

use cel::{Context, Env, Program, Value};
use tokio::runtime::Runtime;
use zen_engine::model::DecisionContent;
use zen_engine::{Decision, DecisionEngine, Variable};

use crate::best;
use crate::deals::Deal;
use crate::native::{Billing, Capacity, Outputs, Priority};

/// The comparison policy in CEL: each expression sees the facts and what stands above it.
const CEL: [(&str, &str); 11] = [
    ("score", "3 * niche + 4 * budget + 3 * values + 2 * ambition + 3 * openness"),
    ("is_bid", "channel == 'rfp' || channel == 'tender'"),
    ("priority", "score >= 50 ? 'high' : score >= 30 ? 'medium' : 'low'"),
    ("respond", "!is_bid || priority == 'high'"),
    (
        "discovery_billing",
        "channel == 'tender' && client_kind == 'government' && law_forbids_discovery_billing ? 'waived' : \
         is_bid && respond ? 'on_acceptance' : 'billed'",
    ),
    ("tier", "users > 1000 || deployment == 'independent' || provider == 'aws' || instances > 1 ? 2 : 1"),
    ("total_hours", "(tier == 2 ? 11 : 7) * instances"),
    ("monthly_cost", "total_hours * hourly_rate"),
    ("capacity", "role_load >= role_limit ? 'closed' : hours_free < hours_needed ? 'limited' : 'open'"),
    ("accept", "respond && (existing_client || capacity == 'open')"),
    ("done", "true"),
];

fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap().trim_matches('"').to_owned()
}

fn priority(word: &str) -> Priority {
    match word {
        "high" => Priority::High,
        "medium" => Priority::Medium,
        _ => Priority::Low,
    }
}

fn billing(word: &str) -> Billing {
    match word {
        "waived" => Billing::Waived,
        "on_acceptance" => Billing::OnAcceptance,
        _ => Billing::Billed,
    }
}

fn capacity(word: &str) -> Capacity {
    match word {
        "closed" => Capacity::Closed,
        "limited" => Capacity::Limited,
        _ => Capacity::Open,
    }
}

struct Cel {
    env: Arc<Env>,
    programs: Vec<(&'static str, Program)>,
}

impl Cel {
    fn new() -> Cel {
        let env = Arc::new(Env::stdlib());
        let programs = CEL.map(|(name, text)| (name, env.compile(text).unwrap()));
        Cel { env, programs: programs.into() }
    }

    fn context(&self, deal: &Deal) -> Context<'_, '_> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        let mut set = |name: &str, value: Value| context.add_variable_from_value(name.to_owned(), value);
        set("client_kind", word(&deal.client_kind).into());
        set("channel", word(&deal.channel).into());
        set("existing_client", deal.existing_client.into());
        set("niche", i64::from(deal.niche).into());
        set("budget", i64::from(deal.budget).into());
        set("values", i64::from(deal.values).into());
        set("ambition", i64::from(deal.ambition).into());
        set("openness", i64::from(deal.openness).into());
        set("law_forbids_discovery_billing", deal.law_forbids_discovery_billing.into());
        set("users", i64::from(deal.users).into());
        set("provider", word(&deal.provider).into());
        set("deployment", word(&deal.deployment).into());
        set("instances", i64::from(deal.instances).into());
        set("role_load", i64::from(deal.role_load).into());
        set("role_limit", i64::from(deal.role_limit).into());
        set("hours_free", i64::from(deal.hours_free).into());
        set("hours_needed", i64::from(deal.hours_needed).into());
        set("hourly_rate", deal.hourly_rate.into());
        context
    }

    fn decide(&self, context: &mut Context<'_, '_>) -> Outputs {
        let mut found = Vec::with_capacity(self.programs.len());
        for (name, program) in &self.programs {
            let value = program.execute(context).unwrap();
            context.add_variable_from_value((*name).to_owned(), value.clone());
            found.push(value);
        }
        let text = |place: usize| match &found[place] {
            Value::String(text) => text.to_string(),
            other => panic!("{other:?} is no text"),
        };
        let number = |place: usize| match found[place] {
            Value::Int(n) => n,
            ref other => panic!("{other:?} is no number"),
        };
        let truth = |place: usize| found[place] == Value::Bool(true);
        Outputs {
            priority: priority(&text(2)),
            respond: truth(3),
            discovery_billing: billing(&text(4)),
            tier: number(5),
            total_hours: number(6),
            monthly_cost: number(7),
            capacity: capacity(&text(8)),
            accept: truth(9),
        }
    }
}

struct Rego(regorus::Engine);

impl Rego {
    fn new() -> Rego {
        let mut engine = regorus::Engine::new();
        engine.add_policy("sales.rego".to_owned(), include_str!("../sales.rego").to_owned()).unwrap();
        Rego(engine)
    }

    fn input(deal: &Deal) -> regorus::Value {
        let line = deal.line();
        // In cents.
        let (before, _) = line.rsplit_once(':').unwrap();
        regorus::Value::from_json_str(&format!("{before}:{}}}", deal.hourly_rate)).unwrap()
    }

    fn decide(&mut self, input: regorus::Value) -> Outputs {
        self.0.set_input(input);
        let outputs = self.0.eval_rule("data.sales.outputs".to_owned()).unwrap();
        let text = |name: &str| outputs[name].as_string().unwrap().to_string();
        let number = |name: &str| outputs[name].as_i64().unwrap();
        let truth = |name: &str| *outputs[name].as_bool().unwrap();
        Outputs {
            priority: priority(&text("priority")),
            respond: truth("respond"),
            discovery_billing: billing(&text("discovery_billing")),
            tier: number("tier"),
            total_hours: number("total_hours"),
            monthly_cost: number("monthly_cost"),
            capacity: capacity(&text("capacity")),
            accept: truth("accept"),
        }
    }
}

/// The comparison policy for zen-engine: each expression sees the facts, and with `$` what stands above it.
const ZEN: [(&str, &str); 10] = [
    ("score", "3 * niche + 4 * budget + 3 * values + 2 * ambition + 3 * openness"),
    ("is_bid", "channel in ['rfp', 'tender']"),
    ("priority", "$.score >= 50 ? 'high' : $.score >= 30 ? 'medium' : 'low'"),
    ("respond", "not $.is_bid or $.priority == 'high'"),
    (
        "discovery_billing",
        "channel == 'tender' and client_kind == 'government' and law_forbids_discovery_billing ? 'waived' : \
         $.is_bid and $.respond ? 'on_acceptance' : 'billed'",
    ),
    ("tier", "users > 1000 or deployment == 'independent' or provider == 'aws' or instances > 1 ? 2 : 1"),
    ("total_hours", "($.tier == 2 ? 11 : 7) * instances"),
    ("monthly_cost", "$.total_hours * hourly_rate"),
    ("capacity", "role_load >= role_limit ? 'closed' : hours_free < hours_needed ? 'limited' : 'open'"),
    ("accept", "$.respond and (existing_client or $.capacity == 'open')"),
];

struct Zen {
    decision: Decision,
    runtime: Runtime,
}

impl Zen {
    fn new() -> Zen {
        let expressions = ZEN.map(|(key, value)| serde_json::json!({ "id": key, "key": key, "value": value }));
        let node = |id: &str, kind: &str, content: serde_json::Value| serde_json::json!({ "id": id, "name": id, "type": kind, "content": content });
        let graph = serde_json::json!({
            "nodes": [
                node("facts", "inputNode", serde_json::json!({})),
                node("sales", "expressionNode", serde_json::json!({ "expressions": expressions, "passThrough": false })),
                node("outputs", "outputNode", serde_json::json!({})),
            ],
            "edges": [
                { "id": "in", "sourceId": "facts", "targetId": "sales" },
                { "id": "out", "sourceId": "sales", "targetId": "outputs" },
            ],
        });
        let content: DecisionContent = serde_json::from_value(graph).unwrap();
        let mut decision = DecisionEngine::default().create_decision(content.into()).unwrap();
        decision.compile();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Zen { decision, runtime }
    }

    fn input(deal: &Deal) -> Variable {
        serde_json::from_str::<serde_json::Value>(&deal.line()).unwrap().into()
    }

    fn decide(&self, input: Variable) -> Outputs {
        let outputs = self.runtime.block_on(self.decision.evaluate(input)).unwrap().result;
        let of = |name: &str| outputs.dot(name).unwrap();
        let truth = |name: &str| of(name).as_bool().unwrap();
        let number = |name: &str, places: u32| {
            let number = of(name).as_number().unwrap();
            i64::try_from(number.mantissa()).unwrap() * 10i64.pow(places - number.scale())
        };
        Outputs {
            priority: priority(of("priority").as_str().unwrap()),
            respond: truth("respond"),
            discovery_billing: billing(of("discovery_billing").as_str().unwrap()),
            tier: number("tier", 0),
            total_hours: number("total_hours", 0),
            monthly_cost: number("monthly_cost", 2),
            capacity: capacity(of("capacity").as_str().unwrap()),
            accept: truth("accept"),
        }
    }
}

/// Whether they agree, and how long they take. What they are given is made beforehand.
pub fn compare(deals: &[Deal], expected: &[Outputs], native: f64) {
    let (cel, mut rego, zen) = (Cel::new(), Rego::new(), Zen::new());
    for (deal, expected) in deals.iter().zip(expected) {
        assert_eq!(cel.decide(&mut cel.context(deal)), *expected, "cel: {deal:?}");
        assert_eq!(rego.decide(Rego::input(deal)), *expected, "regorus: {deal:?}");
        assert_eq!(zen.decide(Zen::input(deal)), *expected, "zen-engine: {deal:?}");
    }
    let some = &deals[..deals.len().min(1_000)];
    let time = |what: &str, ns: f64| println!("| {what} | {ns:.0} ns | {:.0} × |", ns / native);
    println!("\n| the others, which agree on all deals too | each | of hand-written |\n| --- | --- | --- |");
    let setting = best(10, some.len(), || {
        for deal in some {
            black_box(cel.context(deal));
        }
    });
    let all = best(10, some.len(), || {
        for deal in some {
            black_box(cel.decide(&mut cel.context(deal)));
        }
    });
    time("cel, without making its context", all - setting);
    let inputs: Vec<regorus::Value> = some.iter().map(Rego::input).collect();
    let all = best(10, some.len(), || {
        for input in &inputs {
            black_box(rego.decide(input.clone()));
        }
    });
    time("regorus", all);
    // What it is given is part of what comes back, and shared with it: made anew for each.
    let making = best(10, some.len(), || {
        for deal in some {
            black_box(Zen::input(deal));
        }
    });
    let all = best(10, some.len(), || {
        for deal in some {
            black_box(zen.decide(Zen::input(deal)));
        }
    });
    time("zen-engine, without making its context", all - making);
}
