use gosync_mutex::Mutex;

// Would let a short-lived reference into a mutex of long-lived ones.
fn shorten<'short>(mutex: &'short Mutex<&'static str>) -> &'short Mutex<&'short str> {
    mutex
}

fn main() {
    shorten(&Mutex::new("a"));
}
