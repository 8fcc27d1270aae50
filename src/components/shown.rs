//! What can be shown: what an attribute, a property or a text is made from.

/// What an attribute, a property or a text can be made from.
pub trait Shown {
    /// As text; `None` is no attribute at all, and an empty text.
    fn shown(self) -> Option<String>;
}

impl Shown for String {
    fn shown(self) -> Option<String> {
        Some(self)
    }
}

impl Shown for &str {
    fn shown(self) -> Option<String> {
        Some(self.to_owned())
    }
}

/// An attribute that is there, and says no more, or is not.
impl Shown for bool {
    fn shown(self) -> Option<String> {
        self.then(String::new)
    }
}

impl<S: Shown> Shown for Option<S> {
    fn shown(self) -> Option<String> {
        self.and_then(S::shown)
    }
}
