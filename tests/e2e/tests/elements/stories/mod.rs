//! The stories, by what they are about.

mod elements;
mod layout;
mod parts;

/// A name, and what happens: a function body in the page; what fails throws.
pub type Story = (&'static str, &'static str);

/// All of them.
pub fn all() -> impl Iterator<Item = Story> {
    [elements::ALL.as_slice(), &parts::ALL, &layout::ALL].into_iter().flatten().copied()
}
