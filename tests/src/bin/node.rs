//! The quickstart as a process that tests start. It ends when the test process ends, however that happens, because its
//! standard input closes.

use std::io::Read as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    quickstart::main()
}
