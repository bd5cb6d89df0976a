//! What the function borrows must live as long as the function can run.

use gosync_once::OnceValue;

fn main() {
    let value;
    {
        let text = String::from("short");
        value = OnceValue::new(|| text.len());
    }
    println!("{}", value.get());
}
