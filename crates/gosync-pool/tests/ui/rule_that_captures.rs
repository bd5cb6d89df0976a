use gosync_pool::Pool;

fn main() {
    let limit = 10;
    let _pool: Pool<String> = Pool::builder().keep(|s: &String| s.capacity() < limit).build(String::new);
}
