//! Truth tables, with a bit for each assignment of the variables.

/// The table size is exponential in this; no requirement in practice has as many variables.
pub(super) const MOST_VARIABLES: usize = 12;

/// The number of variables in one word.
const IN_A_WORD: usize = 7;
const MOST_WORDS: usize = 1 << (MOST_VARIABLES - IN_A_WORD);

/// The first variables as words: bit `n` is set where bit `i` of `n` is.
const PATTERNS: [u128; IN_A_WORD] = [
    !(u128::MAX / 0x3),
    !(u128::MAX / 0x5),
    !(u128::MAX / 0x11),
    !(u128::MAX / 0x101),
    !(u128::MAX / 0x1_0001),
    !(u128::MAX / 0x1_0000_0001),
    !(u128::MAX / 0x1_0000_0000_0000_0001),
];

#[derive(Clone, Copy)]
pub(super) struct Table {
    words: [u128; MOST_WORDS],
    /// The number of words in use.
    len: usize,
}

impl Table {
    /// The function that is true everywhere.
    pub(super) const fn always(variables: usize) -> Self {
        let len = if variables > IN_A_WORD { 1 << (variables - IN_A_WORD) } else { 1 };
        Self { words: [u128::MAX; MOST_WORDS], len }
    }

    /// The function that is true where the variable `i` is; `self` gives the number of variables.
    pub(super) const fn variable(mut self, i: usize) -> Self {
        let mut word = 0;
        while word < self.len {
            self.words[word] = match i.checked_sub(IN_A_WORD) {
                None => PATTERNS[i],
                Some(bit) if word >> bit & 1 == 1 => u128::MAX,
                Some(_) => 0,
            };
            word += 1;
        }
        self
    }

    pub(super) const fn not(mut self) -> Self {
        let mut word = 0;
        while word < self.len {
            self.words[word] = !self.words[word];
            word += 1;
        }
        self
    }

    pub(super) const fn and(mut self, other: &Self) -> Self {
        let mut word = 0;
        while word < self.len {
            self.words[word] &= other.words[word];
            word += 1;
        }
        self
    }

    pub(super) const fn or(self, other: &Self) -> Self {
        self.not().and(&other.not()).not()
    }

    pub(super) const fn is_never(&self) -> bool {
        let mut word = 0;
        while word < self.len && self.words[word] == 0 {
            word += 1;
        }
        word == self.len
    }

    /// Whether `other` is true wherever `self` and `within` are.
    pub(super) const fn implies(self, other: &Self, within: &Self) -> bool {
        self.and(&other.not()).and(within).is_never()
    }
}
