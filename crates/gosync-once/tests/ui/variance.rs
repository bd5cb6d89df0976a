//! Who calls may put the value in, so its type must stay what it is; the same for the function.

use gosync_once::{OnceFunc, OnceValue, OnceValues};

fn value<'a>(value: &'a OnceValue<&'static str>) -> &'a OnceValue<&'a str> {
    value
}

fn values<'a>(values: &'a OnceValues<&'static str, u8>) -> &'a OnceValues<&'a str, u8> {
    values
}

fn func<'a>(func: &'a OnceFunc<fn(&'a str)>) -> &'a OnceFunc<fn(&'static str)> {
    func
}

fn main() {}
