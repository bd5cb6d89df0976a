//! Where a panic says that it was raised. Alone in its program, as the panic hook is shared by all.
#![cfg(not(gosync_loom))]

use std::{
    cell::RefCell,
    panic::{self, AssertUnwindSafe, catch_unwind},
};

use gosync_once::{Once, OnceValue};

thread_local! {
    static RAISED: RefCell<Vec<(u32, String)>> = const { RefCell::new(Vec::new()) };
}

/// The first panic is reported inside the function; one that comes again, and one for a call from
/// inside, where the user made the call. The hook runs once for each.
#[test]
fn the_hook_sees_the_users_lines() {
    panic::set_hook(Box::new(|info| {
        let line = info
            .location()
            .filter(|l| l.file() == file!())
            .map_or(0, |l| l.line());
        let text = info.payload_as_str().unwrap_or_default().to_owned();
        RAISED.with_borrow_mut(|raised| raised.push((line, text)));
    }));

    let value: OnceValue<u32> = OnceValue::new(|| panic!("x")); // the first
    let in_f = line!() - 1;
    catch_unwind(|| _ = value.get()).unwrap_err();
    let again = line!() + 1;
    catch_unwind(|| _ = value.get()).unwrap_err();

    let once = Once::new();
    let mut inside = 0;
    let run = || {
        inside = line!() + 1;
        once.call_once(|| ());
    };
    catch_unwind(AssertUnwindSafe(|| once.call_once(run))).unwrap_err();

    _ = panic::take_hook();
    let raised = RAISED.take();
    let lines: Vec<u32> = raised.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [in_f, again, inside], "{raised:?}");
    assert_eq!((&*raised[0].1, &*raised[1].1), ("x", "x"));
    assert!(raised[2].1.starts_with("gosync: Once called"), "{raised:?}");
}
