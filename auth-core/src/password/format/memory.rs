//! The memory of Argon2, which is used again: to get and return 19 MiB costs thousands of page faults for each hash.

use std::sync::{Mutex, PoisonError};

use ::argon2::Block;

/// The blocks of 1 KiB that a hash of the current format takes.
const BLOCKS: usize = super::argon2::MEMORY_KIB as usize;

static IDLE: Mutex<Vec<Box<[Block]>>> = Mutex::new(Vec::new());

/// Calls `work` with this many blocks, whose content is not defined. Hashes of other formats that take more get memory of
/// their own.
pub(super) fn with_blocks<T>(count: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
    if count > BLOCKS {
        return work(&mut vec![Block::default(); count]);
    }
    let idle = idle().pop();
    let mut blocks = idle.unwrap_or_else(|| vec![Block::default(); BLOCKS].into_boxed_slice());
    let done = work(blocks.get_mut(..count).unwrap_or_default());
    let mut idle = self::idle();
    // The pools of all services of this process share them.
    if idle.len() < super::super::hasher::thread_count() {
        idle.push(blocks);
    }
    done
}

fn idle() -> std::sync::MutexGuard<'static, Vec<Box<[Block]>>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}
