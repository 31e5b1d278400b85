//! Numbers of random terms, held to what reckoning gives, and the solver's answers about them, held to trying every input.

use super::{Circuit, Integer, Lit, Ratio, Run, Search, Solver};

/// A small generator: the same terms each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn from(&mut self, low: i128, high: i128) -> i128 {
        low + i128::from(self.below(u64::try_from(high - low + 1).expect("few")))
    }
}

/// What is reckoned of two numbers.
#[derive(Clone, Debug)]
enum Term {
    Input(usize),
    Constant(i128),
    Plus(Box<[Term; 2]>),
    Minus(Box<[Term; 2]>),
    Times(Box<[Term; 2]>),
    Floor(Box<Term>, i128),
    Greater(Box<[Term; 2]>),
    /// A number only where it lies between these ends.
    Within(Box<Term>, i128, i128),
    /// The first, known to lie between these ends, where it does; the second elsewhere.
    Guarded(Box<[Term; 2]>, i128, i128),
}

fn term(dice: &mut Dice, depth: u32) -> Term {
    let two = |dice: &mut Dice| Box::new([term(dice, depth - 1), term(dice, depth - 1)]);
    match if depth == 0 { dice.below(3) } else { dice.below(12) } {
        0 | 1 => Term::Input(dice.below(2) as usize),
        2 => Term::Constant(dice.from(-12, 12)),
        3 => Term::Plus(two(dice)),
        4 => Term::Minus(two(dice)),
        5 | 6 => Term::Times(two(dice)),
        7 => Term::Floor(Box::new(term(dice, depth - 1)), dice.from(1, 12)),
        // What is narrowed where it may be none is divided, too.
        8 => Term::Floor(Box::new(within(dice, depth)), dice.from(1, 12)),
        9 => within(dice, depth),
        10 => {
            let ([one, two], low) = (*two(dice), dice.from(-30, 30));
            let two = if dice.below(2) == 0 { one.clone() } else { two };
            Term::Guarded(Box::new([one, two]), low, low + dice.from(10, 60))
        }
        _ => Term::Greater(two(dice)),
    }
}

fn within(dice: &mut Dice, depth: u32) -> Term {
    let low = dice.from(-60, 30);
    Term::Within(Box::new(term(dice, depth - 1)), low, low + dice.from(10, 60))
}

impl Term {
    /// `None` where it is no number.
    fn reckon(&self, inputs: [i128; 2]) -> Option<i128> {
        let both = |parts: &[Term; 2]| parts[0].reckon(inputs).zip(parts[1].reckon(inputs));
        Some(match self {
            Term::Input(place) => inputs[*place],
            Term::Constant(n) => *n,
            Term::Plus(parts) => both(parts).map(|(a, b)| a + b)?,
            Term::Minus(parts) => both(parts).map(|(a, b)| a - b)?,
            Term::Times(parts) => both(parts).map(|(a, b)| a * b)?,
            Term::Floor(of, by) => of.reckon(inputs)?.div_euclid(*by),
            Term::Greater(parts) => both(parts).map(|(a, b)| a.max(b))?,
            Term::Within(of, low, high) => of.reckon(inputs).filter(|n| (low..=high).contains(&n))?,
            Term::Guarded(parts, low, high) => match parts[0].reckon(inputs)? {
                n if (low..=high).contains(&&n) => n,
                _ => parts[1].reckon(inputs)?,
            },
        })
    }

    /// The number, and where it is one.
    fn number(&self, circuit: &mut Circuit, inputs: &[Integer; 2]) -> (Integer, Lit) {
        let two = |circuit: &mut Circuit, parts: &[Term; 2]| {
            let [(a, is), (b, also)] = parts.each_ref().map(|part| part.number(circuit, inputs));
            (a, b, circuit.and(is, also))
        };
        let within = |circuit: &mut Circuit, n: &Integer, low: i128, high: i128| {
            let above = Integer::constant(low).at_most(circuit, n);
            let below = n.at_most(circuit, &Integer::constant(high));
            circuit.and(above, below)
        };
        let (number, is) = match self {
            Term::Input(place) => (Ok(inputs[*place].clone()), Lit::TRUE),
            Term::Constant(n) => (Ok(Integer::constant(*n)), Lit::TRUE),
            Term::Plus(parts) => {
                let (a, b, is) = two(circuit, parts);
                (a.plus(circuit, &b), is)
            }
            Term::Minus(parts) => {
                let (a, b, is) = two(circuit, parts);
                (a.minus(circuit, &b), is)
            }
            Term::Times(parts) => {
                let (a, b, is) = two(circuit, parts);
                (a.times(circuit, &b), is)
            }
            Term::Floor(of, by) => {
                let (n, is) = of.number(circuit, inputs);
                (n.floor_divided(circuit, &Integer::constant(*by)), is)
            }
            Term::Greater(parts) => {
                let (a, b, is) = two(circuit, parts);
                let other = a.at_most(circuit, &b);
                (Ok(Integer::choose(circuit, other, &b, &a)), is)
            }
            Term::Within(of, low, high) => {
                let (n, is) = of.number(circuit, inputs);
                let within = within(circuit, &n, *low, *high);
                (Ok(n.narrowed(*low, *high)), circuit.and(is, within))
            }
            Term::Guarded(parts, low, high) => {
                let [(one, is), (other, also)] = parts.each_ref().map(|part| part.number(circuit, inputs));
                let within = within(circuit, &one, *low, *high);
                let chosen = Integer::choose(circuit, within, &one.narrowed(*low, *high), &other);
                let also = circuit.or(within, also);
                (Ok(chosen), circuit.and(is, also))
            }
        };
        (number.expect("they are small"), is)
    }
}

struct Numbers {
    circuit: Circuit,
    ends: [(i128, i128); 2],
    inputs: [Vec<Lit>; 2],
    numbers: [Integer; 2],
    inside: Vec<Lit>,
}

/// Two free numbers, each of some dozens.
fn numbers(dice: &mut Dice) -> Numbers {
    numbers_between([0, 1].map(|_| {
        let low = dice.from(-20, 20) * i128::from(dice.below(2));
        (low, low + dice.from(30, 60))
    }))
}

fn numbers_between(ends: [(i128, i128); 2]) -> Numbers {
    let mut circuit = Circuit::new();
    let free = ends.map(|(low, high)| Integer::free(&mut circuit, low, high).expect("it is small"));
    let inside = free.iter().map(|free| free.inside).collect();
    let [one, two] = free;
    Numbers { circuit, ends, inputs: [one.inputs, two.inputs], numbers: [one.number, two.number], inside }
}

impl Numbers {
    fn all(&self) -> impl Iterator<Item = [i128; 2]> + use<> {
        let [(a, b), (c, d)] = self.ends;
        (a..=b).flat_map(move |x| (c..=d).map(move |y| [x, y]))
    }

    /// What literals come to where the numbers are these.
    fn run(&self, numbers: [i128; 2]) -> impl Fn(Lit) -> bool {
        let above = [0, 1].map(|place| numbers[place] - self.ends[place].0);
        let run = Run::of(&self.circuit, |gate| {
            let bit = |place: usize| {
                let at = self.inputs[place].iter().position(|input| input.gate() == gate)?;
                Some(if above[place] >> at & 1 == 1 { u64::MAX } else { 0 })
            };
            bit(0).or_else(|| bit(1)).unwrap_or(0)
        });
        move |lit| run.lit(lit) & 1 == 1
    }
}

#[test]
fn numbers_are_those_that_reckoning_gives() {
    let mut dice = Dice(0x5EED);
    for _ in 0..300 {
        let mut numbers = numbers(&mut dice);
        let (one, two) = (term(&mut dice, 3), term(&mut dice, 2));
        let inputs = numbers.numbers.clone();
        let circuit = &mut numbers.circuit;
        let ((a, is), (b, also)) = (one.number(circuit, &inputs), two.number(circuit, &inputs));
        let (equal, at_most) = (a.equals(circuit, &b), a.at_most(circuit, &b));
        for at in numbers.all().step_by(7) {
            let run = numbers.run(at);
            let (x, y) = (one.reckon(at), two.reckon(at));
            assert_eq!((run(is), run(also)), (x.is_some(), y.is_some()), "{one:?} and {two:?} at {at:?}");
            let (Some(x), Some(y)) = (x, y) else { continue };
            assert_eq!((a.read(&run), b.read(&run)), (x, y), "{one:?} and {two:?} at {at:?}");
            assert_eq!((run(equal), run(at_most)), (x == y, x <= y), "{one:?} and {two:?} at {at:?}");
            assert!(a.ends().0 <= x && x <= a.ends().1, "{one:?} at {at:?}");
        }
        for law in numbers.circuit.veiled.iter().flat_map(|veiled| &veiled.laws) {
            for at in numbers.all().step_by(11) {
                assert!(numbers.run(at)(*law), "{one:?} and {two:?} at {at:?}");
            }
        }
    }
}

#[test]
fn laws_hold_where_what_is_divided_is_none() {
    let mut numbers = numbers_between([(0, 300), (0, 1)]);
    let inputs = numbers.numbers.clone();
    let double = Term::Times(Box::new([Term::Constant(2), Term::Input(0)]));
    let odd = Term::Plus(Box::new([double, Term::Constant(1)]));
    // 261 is none of the numbers from 0 to 100; of its bits, those that are left say 5.
    Term::Floor(Box::new(Term::Within(Box::new(odd), 0, 100)), 7).number(&mut numbers.circuit, &inputs);
    assert!(numbers.circuit.veiled.iter().any(|veiled| !veiled.laws.is_empty()));
    for at in numbers.all() {
        let run = numbers.run(at);
        assert!(numbers.circuit.veiled.iter().flat_map(|veiled| &veiled.laws).all(|law| run(*law)), "{at:?}");
    }
}

#[test]
fn the_solver_finds_what_trying_every_input_finds() {
    let mut dice = Dice(0xFEED);
    let (mut found, mut impossible) = (0, 0);
    for _ in 0..60 {
        let mut numbers = numbers(&mut dice);
        let terms = [0, 1, 2].map(|_| term(&mut dice, 3));
        let inputs = numbers.numbers.clone();
        let built = terms.each_ref().map(|term| term.number(&mut numbers.circuit, &inputs));
        let are = built.each_ref().map(|(_, is)| *is);
        let built = built.map(|(number, _)| number);
        let mut solver = Solver::new(&|| false);
        numbers.inside.iter().for_each(|&inside| solver.assert(&numbers.circuit, inside));
        let reckon = |at| match terms.each_ref().map(|term| term.reckon(at)) {
            [Some(a), Some(b), Some(c)] => Some([a, b, c]),
            _ => None,
        };
        let values: Vec<[i128; 3]> = numbers.all().filter_map(reckon).collect();
        if values.is_empty() {
            continue;
        }
        for _ in 0..6 {
            // Somewhere near a value that there is.
            let near = values[dice.below(values.len() as u64) as usize];
            let by = dice.from(-3, 3);
            let circuit = &mut numbers.circuit;
            let is = built[0].equals(circuit, &Integer::constant(near[0] + by));
            let most = built[1].at_most(circuit, &Integer::constant(near[1]));
            let differ = !built[1].equals(circuit, &built[2]);
            let expected = values.iter().any(|[a, b, c]| *a == near[0] + by && *b <= near[1] && (b != c));
            let number = circuit.all(are);
            let asked = [is, most, differ, number];
            match solver.search(circuit, &asked) {
                Search::Found => {
                    found += 1;
                    assert!(expected, "{terms:?}");
                    let read = |place: usize| {
                        let bits = numbers.inputs[place].iter().enumerate();
                        let above = bits.map(|(at, &bit)| i128::from(solver.input(bit)) << at);
                        numbers.ends[place].0 + above.sum::<i128>()
                    };
                    let at = [read(0), read(1)];
                    let [a, b, c] = reckon(at).expect("all are numbers there");
                    assert!(a == near[0] + by && b <= near[1] && b != c, "{terms:?} at {at:?}");
                }
                Search::Impossible => {
                    impossible += 1;
                    assert!(!expected, "{terms:?} near {near:?} and {by}");
                    let enough = solver.enough(&asked);
                    let clash = |[a, b, c]: &[i128; 3]| {
                        let holds = [*a == near[0] + by, *b <= near[1], b != c, true];
                        enough.iter().all(|place| holds[*place])
                    };
                    assert!(!values.iter().any(clash), "{terms:?}: {enough:?}");
                }
                Search::Stopped => panic!("it was not stopped"),
            }
        }
    }
    assert!(found > 60 && impossible > 60, "{found} found, {impossible} impossible");
}

#[test]
fn products_of_large_numbers_are_told_apart_at_once() {
    let mut circuit = Circuit::new();
    let mut free = |high| Integer::free(&mut circuit, 0, high).expect("it is small");
    let [x, y, z] = [free(1_000_000_007), free(998_244_353), free(7_919_000)];
    let mut steps = 0;
    let count = std::cell::Cell::new(0);
    let stop = || {
        count.set(count.get() + 1);
        count.get() > 20_000
    };
    let mut solver = Solver::new(&stop);
    [&x, &y, &z].iter().for_each(|free| solver.assert(&circuit, free.inside));
    let (x, y, z) = (x.number, y.number, z.number);
    let c = &mut circuit;
    let constant = Integer::constant;
    let xy = x.times(c, &y).expect("it fits");
    let other_way = y.times(c, &x).expect("it fits");
    assert_eq!(xy.equals(c, &other_way), Lit::TRUE);
    // (x + 1) y = xy + y
    let more = x.plus(c, &constant(1)).expect("it fits").times(c, &y).expect("it fits");
    let sum = xy.plus(c, &y).expect("it fits");
    assert_eq!(more.equals(c, &sum), Lit::TRUE);
    let ask = |c: &mut Circuit, lits: &[Lit], expected: Search, solver: &mut Solver<'_>| {
        let before = count.get();
        assert_eq!(solver.search(c, lits), expected, "{} steps", count.get());
        eprintln!("{}", count.get() - before);
    };
    // 21 xy = 20 xy only where one of them is zero.
    let (one, two) = (xy.times(c, &constant(21)).expect("it fits"), xy.times(c, &constant(20)).expect("it fits"));
    let same = one.equals(c, &two);
    let (some, others) = (constant(1).at_most(c, &x), constant(1).at_most(c, &y));
    ask(c, &[same, some, others], Search::Impossible, &mut solver);
    // Where z is at most y, xz is at most xy.
    let xz = x.times(c, &z).expect("it fits");
    let (ordered, kept) = (z.at_most(c, &y), xz.at_most(c, &xy));
    ask(c, &[ordered, !kept], Search::Impossible, &mut solver);
    ask(c, &[!ordered, kept, some], Search::Impossible, &mut solver);
    // Between two numbers there is a product.
    let (low, high) = (constant(123_456_789_012).at_most(c, &xy), xy.at_most(c, &constant(999_999_999_999)));
    ask(c, &[low, high], Search::Found, &mut solver);
    let found = [&x, &y].map(|number| number.read(|lit| solver.input(lit)));
    assert!((123_456_789_012..=999_999_999_999).contains(&(found[0] * found[1])), "{found:?}");
    // Rounded, they are ordered too.
    let hundred = |number: &Integer| Ratio::scaled(number.clone(), 100);
    let (round, other) = (hundred(&xy).rounded(c, 0).expect("it fits"), hundred(&xz).rounded(c, 0).expect("it fits"));
    let out_of_order = !other.at_most(c, &round).expect("it fits");
    ask(c, &[ordered, out_of_order], Search::Impossible, &mut solver);
    steps += count.get();
    assert!(steps < 20_000, "{steps}");
}
