//! Makes a module from the right side of every compile-fail case, so that the recommended code is compiled.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

#[allow(dead_code, unreachable_pub, reason = "the tests read the rest of it")]
#[path = "src/case.rs"]
mod case;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    println!("cargo::rerun-if-changed={root}");
    let mut modules = String::new();
    for case::Case { area, name, context, right, .. } in case::all(Path::new(&root))? {
        // A case is a crate; here it is a module.
        let right = right.replace("crate::", "self::");
        writeln!(modules, "mod {area}_{name} {{\n{context}\n\n{right}\n}}\n")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("right.rs"), modules)?;
    Ok(())
}
