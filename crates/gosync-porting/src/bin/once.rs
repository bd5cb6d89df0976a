//! Two values that are made at their first use, whoever comes first.

use std::thread;

use gosync::once::OnceValue;

static NAME: OnceValue<String> = OnceValue::new(|| {
    println!("making the name");
    "gopher".into()
});

static SUM: OnceValue<i32> = OnceValue::new(|| {
    println!("making the sum");
    40 + 2
});

fn main() {
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| NAME.get());
        }
    });
    println!("{}", NAME.get());
    println!("{} {}", SUM.get(), SUM.get());
}
