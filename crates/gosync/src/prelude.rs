//! What Go's spelling needs in scope: [`Locker`], and all the traits of
//! [`methods`](crate::methods), whose names are left out so that they disturb nobody's.
//!
//! ```
//! use gosync as sync;
//! use gosync::prelude::*;
//!
//! let mu: &dyn Locker = &sync::Mutex::new(());
//! mu.Lock();
//! mu.Unlock();
//! ```

pub use crate::{
    Locker,
    methods::{
        AtomicIntMethods as _, AtomicMethods as _, MapMethods as _, MutexMethods as _,
        OnceMethods as _, PointerMethods as _, PoolMethods as _, RWMutexMethods as _,
        ValueMethods as _, WaitGroupGo as _, WaitGroupMethods as _,
    },
};
