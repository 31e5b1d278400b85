use std::time::Instant;
fn main() {
    let pack = dealdesk::Pack::load("rules").unwrap();
    let t = Instant::now();
    let m = dealdesk::analysis::Machine::new(pack.policy(), dealdesk::analysis::since(pack.policy())).unwrap();
    println!("{} gates in {:?}", m.gates(), t.elapsed());
}
