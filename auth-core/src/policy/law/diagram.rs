//! Reduced, ordered binary decision diagrams: one node for each function, so that equal functions are one.

use std::collections::HashMap;

use super::AnalysisError;

/// A function of the variables: the index of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::policy) struct Function(u32);

impl Function {
    pub(in crate::policy) const NEVER: Self = Self(0);
    pub(in crate::policy) const ALWAYS: Self = Self(1);
}

/// If the variable is true `high`, else `low`; both have later variables only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) variable: u32,
    pub(super) low: Function,
    pub(super) high: Function,
}

/// The variable of the constants: after all others.
const NONE: u32 = u32::MAX;

/// The work for one question. A route in practice takes some hundred steps.
pub(super) const MOST_STEPS: usize = 500_000;

/// The nodes that one question visits, beside its steps: of requirements, and of diagrams when a witness is sought.
pub(super) const MOST_VISITS: usize = 16 * MOST_STEPS;

/// Each level uses the stack. A test's thread has 2 MiB of it.
const MOST_LEVELS: usize = 1_500;

#[cfg(test)]
std::thread_local! {
    /// The steps of all questions of a test.
    pub(super) static ALL_STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

pub(super) struct Diagrams {
    nodes: Vec<Node>,
    unique: HashMap<Node, Function>,
    chosen: HashMap<(Function, Function, Function), Function>,
    steps: usize,
    visits: usize,
}

type Made = Result<Function, AnalysisError>;

impl Diagrams {
    pub(super) fn new() -> Self {
        let constant = |function| Node { variable: NONE, low: function, high: function };
        let nodes = vec![constant(Function::NEVER), constant(Function::ALWAYS)];
        Self { nodes, unique: HashMap::new(), chosen: HashMap::new(), steps: 0, visits: 0 }
    }

    /// The node of a function that is not constant.
    pub(super) fn node(&self, function: Function) -> Option<Node> {
        self.nodes.get(function.0 as usize).filter(|node| node.variable != NONE).copied()
    }

    #[cfg(test)]
    pub(super) const fn steps(&self) -> usize {
        self.steps
    }

    /// Counts the visit of a node.
    pub(super) const fn visit(&mut self) -> Result<(), AnalysisError> {
        self.visits += 1;
        if self.visits > MOST_VISITS { Err(AnalysisError::TooLarge { steps: self.visits }) } else { Ok(()) }
    }

    fn top(&self, function: Function) -> u32 {
        self.node(function).map_or(NONE, |node| node.variable)
    }

    fn make(&mut self, node: Node) -> Made {
        if node.low == node.high {
            return Ok(node.low);
        }
        if let Some(function) = self.unique.get(&node) {
            return Ok(*function);
        }
        let index = u32::try_from(self.nodes.len()).map_err(|_| AnalysisError::TooLarge { steps: self.steps })?;
        self.nodes.push(node);
        self.unique.insert(node, Function(index));
        Ok(Function(index))
    }

    pub(super) fn variable(&mut self, variable: u32) -> Made {
        self.make(Node { variable, low: Function::NEVER, high: Function::ALWAYS })
    }

    pub(super) fn not(&mut self, function: Function) -> Made {
        self.choose(function, Function::NEVER, Function::ALWAYS)
    }

    pub(super) fn and(&mut self, one: Function, other: Function) -> Made {
        self.choose(one, other, Function::NEVER)
    }

    pub(super) fn or(&mut self, one: Function, other: Function) -> Made {
        self.choose(one, Function::ALWAYS, other)
    }

    /// `one` and not `other`.
    pub(super) fn without(&mut self, one: Function, other: Function) -> Made {
        let not = self.not(other)?;
        self.and(one, not)
    }

    /// `one` implies `other`.
    pub(super) fn implies(&mut self, one: Function, other: Function) -> Made {
        self.choose(one, other, Function::ALWAYS)
    }

    /// `then` where `condition` is true, elsewhere `otherwise`.
    pub(super) fn choose(&mut self, condition: Function, then: Function, otherwise: Function) -> Made {
        self.choose_below([condition, then, otherwise], 0)
    }

    fn choose_below(&mut self, of: [Function; 3], level: usize) -> Made {
        let [condition, then, otherwise] = of;
        match condition {
            Function::ALWAYS => return Ok(then),
            Function::NEVER => return Ok(otherwise),
            _ if then == otherwise => return Ok(then),
            _ if (then, otherwise) == (Function::ALWAYS, Function::NEVER) => return Ok(condition),
            _ => {}
        }
        if let Some(known) = self.chosen.get(&(condition, then, otherwise)) {
            return Ok(*known);
        }
        self.steps += 1;
        #[cfg(test)]
        ALL_STEPS.with(|all| all.set(all.get() + 1));
        if self.steps > MOST_STEPS || level > MOST_LEVELS {
            return Err(AnalysisError::TooLarge { steps: self.steps });
        }
        let variable = self.top(condition).min(self.top(then)).min(self.top(otherwise));
        let low = self.choose_below(of.map(|function| self.at(function, variable, false)), level + 1)?;
        let high = self.choose_below(of.map(|function| self.at(function, variable, true)), level + 1)?;
        let made = self.make(Node { variable, low, high })?;
        self.chosen.insert((condition, then, otherwise), made);
        Ok(made)
    }

    /// `function` where the variable, which is not after its own, has this value.
    fn at(&self, function: Function, variable: u32, value: bool) -> Function {
        match self.node(function) {
            Some(node) if node.variable == variable && value => node.high,
            Some(node) if node.variable == variable => node.low,
            _ => function,
        }
    }
}
