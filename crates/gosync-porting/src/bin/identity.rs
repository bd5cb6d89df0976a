//! Who closes a connection removes it, unless another one has come in its place, be it to the same address.

use std::sync::Arc;

use gosync::Map;

struct Conn {
    #[expect(dead_code, reason = "nobody dials")]
    addr: &'static str,
}

/// A pointer that equals itself alone, as Go's do.
#[derive(Clone)]
struct Same(Arc<Conn>);

impl PartialEq for Same {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn main() {
    let conns = Map::new();
    let [old, fresh] = ["gopher"; 2].map(|addr| Same(Arc::new(Conn { addr })));
    conns.set("gopher", old.clone());
    conns.set("gopher", fresh.clone());
    println!("old removed: {}", conns.compare_and_remove("gopher", &old));
    println!(
        "fresh removed: {}",
        conns.compare_and_remove("gopher", &fresh)
    );
}
