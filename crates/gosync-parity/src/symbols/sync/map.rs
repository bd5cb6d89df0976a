//! `Map`.

use std::ops::ControlFlow;

use gosync as sync;
use gosync::prelude::*;

use super::{is_shared, is_zero_value};
use crate::symbols::{Symbol, symbol};

pub(super) const MAP: &[Symbol] = &[
    symbol!(
        "type Map",
        "`sync::Map<K, V>`",
        "=",
        "typed: keys and values are not `any`s; a value that is returned is a clone",
        || {
            static M: sync::Map<String, i32> = sync::Map::new();
            is_shared(&M);
            is_zero_value::<sync::Map<String, i32>>();
            M.Store("a".into(), 1);
            assert_eq!(M.Load("a"), Some(1));
        },
    ),
    symbol!("Map.Clear()", "`m.Clear()`", "`m.clear()`", "", || {
        let clears: [fn(&sync::Map<i32, i32>); 2] = [|m| m.Clear(), |m| m.clear()];
        for clear in clears {
            let m = sync::Map::from([(1, 10), (2, 20)]);
            clear(&m);
            assert!(m.is_empty());
            m.Store(1, 11);
            assert_eq!(m.Load(&1), Some(11));
        }
    },),
    symbol!(
        "Map.CompareAndDelete(key, old)",
        "`m.CompareAndDelete(&key, &old) -> bool`",
        "`m.compare_and_remove(&key, &old)`",
        "by `==`, which for an `Arc` is not Go's identity; a value that cannot be compared does not compile, \
         in Go it panics, and the lock stays locked",
        || {
            let m = sync::Map::from([(1, 10), (2, 20)]);
            assert!(!m.CompareAndDelete(&1, &20));
            assert!(m.CompareAndDelete(&1, &10));
            assert!(!m.CompareAndDelete(&1, &10));
            assert!(!m.compare_and_remove(&2, &10));
            assert!(m.compare_and_remove(&2, &20));
            assert!(m.is_empty());
        },
    ),
    symbol!(
        "Map.CompareAndSwap(key, old, new)",
        "`m.CompareAndSwap(&key, &old, new) -> bool`",
        "`m.compare_and_swap(&key, &old, new)`",
        "the same, without the lock; an equal key that is there stays, in Go the new one takes its place",
        || {
            let m = sync::Map::from([(1, 10)]);
            assert!(!m.CompareAndSwap(&2, &10, 20));
            assert!(!m.CompareAndSwap(&1, &20, 11));
            assert!(m.CompareAndSwap(&1, &10, 11));
            assert!(!m.compare_and_swap(&1, &10, 12));
            assert!(m.compare_and_swap(&1, &11, 12));
            assert_eq!((m.Load(&1), m.len()), (Some(12), 1));
        },
    ),
    symbol!(
        "Map.Delete(key)",
        "`m.Delete(&key)`",
        "`m.discard(&key) -> bool`",
        "Rust's says whether it was there",
        || {
            let m = sync::Map::from([(1, 10), (2, 20)]);
            m.Delete(&1);
            m.Delete(&1);
            assert!(m.discard(&2));
            assert!(!m.discard(&2));
            assert!(m.is_empty());
        },
    ),
    symbol!(
        "Map.Load(key)",
        "`m.Load(&key) -> Option<V>`",
        "`m.get(&key)`; `m.get_with(&key, f)` lends the value, without a clone",
        "",
        || {
            let m = sync::Map::from([(1, "a")]);
            assert_eq!([m.Load(&1), m.get(&1)], [Some("a"); 2]);
            assert_eq!([m.Load(&2), m.get(&2)], [None; 2]);
            assert_eq!(m.get_with(&1, |value| value.len()), Some(1));
        },
    ),
    symbol!(
        "Map.LoadAndDelete(key)",
        "`m.LoadAndDelete(&key) -> Option<V>`",
        "`m.remove(&key)`",
        "",
        || {
            let m = sync::Map::from([(1, 10), (2, 20)]);
            assert_eq!([m.LoadAndDelete(&1), m.LoadAndDelete(&1)], [Some(10), None]);
            assert_eq!([m.remove(&2), m.remove(&2)], [Some(20), None]);
        },
    ),
    symbol!(
        "Map.LoadOrStore(key, value)",
        "`m.LoadOrStore(key, value) -> (V, bool)`",
        "`m.get_or_insert(key, value)`, `m.get_or_insert_with(key, f)`",
        "",
        || {
            let m = sync::Map::new();
            assert_eq!(m.LoadOrStore(1, 10), (10, false));
            assert_eq!(m.LoadOrStore(1, 11), (10, true));
            assert_eq!(m.get_or_insert(1, 11), (10, true));
            assert_eq!(m.get_or_insert_with(2, || 20), (20, false));
            assert_eq!(
                m.get_or_insert_with(2, || unreachable!("it is there")),
                (20, true)
            );
        },
    ),
    symbol!(
        "Map.Range(f)",
        "`m.Range(f)`, `f: FnMut(&K, &V) -> bool`",
        "`m.for_each(f)`, `m.try_for_each(f)`",
        "keys that come, or come again, meanwhile are not visited, in Go they may be; after a `Clear` of many \
         keys the walk ends, in Go it goes on",
        || {
            let m = sync::Map::from([(1, 10), (2, 20), (3, 30)]);
            let mut seen = Vec::new();
            m.Range(|key, value| {
                seen.push((*key, *value));
                seen.len() < 2
            });
            assert_eq!(seen.len(), 2);
            m.for_each(|key, value| seen.push((*key, *value)));
            seen[2..].sort_unstable();
            assert_eq!(seen[2..], [(1, 10), (2, 20), (3, 30)]);
            let first = m.try_for_each(|key, _| ControlFlow::Break(*key));
            assert_eq!(first.break_value(), Some(seen[0].0));
        },
    ),
    symbol!(
        "Map.Store(key, value)",
        "`m.Store(key, value)`",
        "`m.set(key, value)`",
        "an equal key that is there stays; in Go the new one takes its place",
        || {
            let m = sync::Map::new();
            m.Store(1, 10);
            assert_eq!(m.Load(&1), Some(10));
            m.set(1, 11);
            assert_eq!(m.Load(&1), Some(11));
        },
    ),
    symbol!(
        "Map.Swap(key, value)",
        "`m.Swap(key, value) -> Option<V>`",
        "`m.insert(key, value)`",
        "an equal key that is there stays; in Go the new one takes its place",
        || {
            let m = sync::Map::new();
            assert_eq!(m.Swap(1, 10), None);
            assert_eq!(m.Swap(1, 11), Some(10));
            assert_eq!(m.insert(1, 12), Some(11));
            assert_eq!(m.Load(&1), Some(12));
        },
    ),
];
