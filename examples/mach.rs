use std::time::Instant;
use dealdesk::analysis::{findings, FindingKind as K};
fn main() {
    let dir = std::env::args().nth(1).unwrap_or("rules".into());
    let pack = dealdesk::Pack::load(&dir).unwrap();
    let p = pack.policy();
    let t = Instant::now();
    let f = findings(p, dealdesk::civil::date(2026,11,22), &|| false);
    println!("{:?}: {} findings, {} proved of {}, {} unsettled, stopped {}", t.elapsed(), f.findings.len(), f.proved.len(), p.properties.len(), f.unsettled.len(), f.stopped);
    let name = |r: &dealdesk::policy::RuleId| format!("{}.{}", p.decisions[r.decision].name, p.decisions[r.decision].rules.rules[r.index as usize].name);
    for f in &f.findings {
        let what = match &f.kind {
            K::NeverApplies(r) => format!("never applies {}", name(r)),
            K::NeverStands(r, o) => format!("never stands {} {o:?}", name(r)),
            K::Implied(r, o) => format!("implied {} {o:?}", name(r)),
            K::Conflict(d, b) => format!("conflict {} {b:?}", p.decisions[*d].name),
            K::Gap(d) => format!("gap {}", p.decisions[*d].name),
            K::Error(d, fault) => format!("error {} {:?}", p.decisions[*d].name, fault.kind),
            K::Constant(e, b) => format!("always {b}: {}", pack.sources().slice(p.exprs[*e].span)),
            K::NoInfluence(f) => format!("no influence {}", p.schema.facts[*f].name),
            K::Broken(id) => format!("broken {}", p.properties[*id].name),
        };
        println!("{what}");
        if let Some(w) = &f.witness { println!("  on {}\n{}", w.as_of, dealdesk::facts::write::ron(&p.schema, &w.deal)); }
    }
}
