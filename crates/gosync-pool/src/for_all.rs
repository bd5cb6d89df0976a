use std::mem;

/// Calls `f` for all, those behind one where it panics too.
pub(crate) fn for_all<I>(all: &mut dyn Iterator<Item = I>, f: impl Fn(I)) {
    struct Rest<'a, I, F: Fn(I)>(&'a mut dyn Iterator<Item = I>, &'a F);

    impl<I, F: Fn(I)> Drop for Rest<'_, I, F> {
        fn drop(&mut self) {
            self.0.for_each(self.1);
        }
    }

    while let Some(each) = all.next() {
        let rest = Rest(&mut *all, &f);
        f(each);
        mem::forget(rest);
    }
}
