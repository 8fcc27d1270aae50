//! The stories, by what they are about.

mod layout;
mod parts;
mod whole;

/// A name, and what happens: a function body in the page; what fails throws.
pub type Story = (&'static str, &'static str);

/// All of them.
pub fn all() -> impl Iterator<Item = Story> {
    [whole::ALL.as_slice(), &parts::ALL, &layout::ALL].into_iter().flatten().copied()
}
