//! A function that returns in its middle. What has to be cleaned up does so when it is dropped.

use gosync::Mutex;

static BALANCE: Mutex<i64> = Mutex::new(100);

struct Says(String);

impl Drop for Says {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

fn withdraw(amount: i64) -> bool {
    let mut balance = BALANCE.lock();
    let _first = Says("leaving, still locked".into());

    if amount > *balance {
        return false;
    }
    *balance -= amount;
    true
}

fn main() {
    println!("{}", withdraw(70));
    println!("{}", withdraw(70));

    for i in 0..2 {
        let _after = Says(format!("after round {i}"));
        println!("round {i}");
    }
}
