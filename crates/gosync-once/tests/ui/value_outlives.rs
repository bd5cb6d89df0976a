//! The value is lent, and cannot be kept for longer than its owner.

use gosync_once::OnceValue;

fn main() {
    let kept;
    {
        let value = OnceValue::new(|| 1);
        kept = value.get();
    }
    println!("{kept}");
}
