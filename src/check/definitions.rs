//! Definitions, and the scores of rubrics, which are definitions too.

use rustc_hash::FxHashMap;

use super::demand::State;
use super::expressions::{Asked, Hint};
use super::names::{Declarations, Definition};
use super::order::Dependency;
use super::{Checker, Scope, id, text};
use crate::facts::Type;
use crate::policy::{self, Criterion, ExprId};

/// The criteria of the rubrics, by the definition of their score.
pub(super) type Criteria = FxHashMap<usize, Vec<Criterion>>;

impl Checker<'_> {
    /// Checks every definition: first, in the order in which they need each other, those whose type
    /// follows from their body; then the others.
    pub(super) fn check_definitions(&mut self, all: &Declarations<'_>) -> Vec<Option<policy::Definition>> {
        let typed: Vec<bool> = self.definitions.iter().map(|state| matches!(state, State::Done(_))).collect();
        let mut bodies: Vec<Option<ExprId>> = vec![None; all.definitions.len()];
        let mut criteria = Criteria::default();
        self.work_out(
            |c| &mut c.definitions,
            |place| all.definitions[place].name(),
            |c, place| {
                let body = c.definition(all, place, None, &mut criteria);
                bodies[place] = body;
                body.map(|body| c.type_of(body).clone())
            },
        );
        for (place, typed) in typed.into_iter().enumerate() {
            if let (true, State::Done(ty)) = (typed, self.definitions[place].clone()) {
                bodies[place] = self.definition(all, place, Some(ty), &mut criteria);
            }
        }
        self.criteria = criteria;
        let finished = all.definitions.iter().zip(bodies).enumerate();
        finished
            .map(|(place, (definition, body))| {
                let label = match definition {
                    Definition::Define(define) => text(define.label.as_ref()),
                    Definition::Score(_) => None,
                };
                let ty = match &self.definitions[place] {
                    State::Done(ty) => ty.clone()?,
                    _ => return None,
                };
                Some(policy::Definition {
                    name: definition.name(),
                    label,
                    ty,
                    scope: self.signatures.definition_scopes[place],
                    body: body?,
                    span: definition.head().span,
                })
            })
            .collect()
    }

    /// The body of one definition. `declared` is its type where written, which may be in error.
    fn definition(
        &mut self,
        all: &Declarations<'_>,
        place: usize,
        declared: Option<Option<Type>>,
        criteria: &mut Criteria,
    ) -> Option<ExprId> {
        let scope = Scope { declared: self.signatures.definition_scopes[place], ..Scope::default() };
        let definition = all.definitions[place];
        let (body, scope) = self.within(scope, |c| match definition {
            Definition::Score(rubric) => {
                let (score, parts) = c.score(rubric, all)?;
                criteria.insert(place, parts);
                Some(score)
            }
            Definition::Define(define) => match declared {
                None => c.infer(&define.body, &Hint::Nothing).expr,
                Some(ty) => {
                    let at = define.ty.as_ref().map(|ty| ty.span);
                    let asked = Asked { what: "the definition", name: &define.name.text, at };
                    let body = c.expect_known(&define.body, ty.as_ref(), &asked)?;
                    Some(c.checked(body, &ty?))
                }
            },
        });
        self.edges.insert(Dependency::Definition(id(place)), scope.uses);
        body
    }
}
