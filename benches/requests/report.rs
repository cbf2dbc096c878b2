//! The measured figures and their targets.

use std::fmt;

use crate::Case;
use crate::contender::Contender;

/// The limit, relative to the hand-written extractor, each without the time of the unguarded route.
const TARGETS: [(Case, f64); 2] = [(Case::SeenFirst, 0.60), (Case::SeenBefore, 0.33)];

pub(crate) struct Report<'a> {
    contenders: &'a [Contender],
}

impl<'a> Report<'a> {
    pub(crate) const fn of(contenders: &'a [Contender]) -> Self {
        Self { contenders }
    }

    fn median(&self, side: &str, case: Case) -> f64 {
        let is_asked = |contender: &&Contender| contender.case == case && contender.name.starts_with(side);
        self.contenders.iter().find(is_asked).map_or(f64::NAN, Contender::median)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.contenders.iter().any(|contender| contender.samples.is_empty()) {
            return writeln!(f, "nothing was measured");
        }
        let open = self.median("unguarded", Case::Open);
        let of_by_hand = |median: f64, case| (median - open) / (self.median("by hand", case) - open);
        writeln!(f, "{:<28} {:>10} {:>16} {:>8}", "", "median ns", "above unguarded", "by hand")?;
        for contender in self.contenders {
            let median = contender.median();
            write!(f, "{:<28} {median:>10.0} {:>16.0}", contender.name, median - open)?;
            match contender.case {
                Case::Open => writeln!(f, " {:>8}", "")?,
                case => writeln!(f, " {:>8.2}", of_by_hand(median, case))?,
            }
        }
        for (case, most) in TARGETS {
            let ratio = of_by_hand(self.median("guarded", case), case);
            let verdict = if ratio <= most { "met" } else { "missed" };
            writeln!(f, "{}: {ratio:.2} of by hand, at most {most:.2}: {verdict}", case.name())?;
        }
        Ok(())
    }
}
