use gosync_pool::Pool;

// The pool drops its items: what they borrow must live longer.
struct Loud<'a>(&'a str);

impl Drop for Loud<'_> {
    fn drop(&mut self) {
        println!("{}", self.0);
    }
}

fn main() {
    let pool = Pool::without_new();
    let text = String::from("short");
    pool.put(Loud(&text));
}
