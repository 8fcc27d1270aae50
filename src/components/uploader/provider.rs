//! Which of the server's providers files go to.

use std::{cell::OnceCell, rc::Rc};

use super::queue::Uploads;

impl Uploads {
    /// Files that are added from now on go to this one of the server's providers; with `None` to the server's own choice.
    /// Those that were added before stay where they were meant to go.
    pub fn choose_provider(&self, provider: Option<String>) {
        self.options.update_value(|options| options.provider = provider);
        if self.choosing.get_value() {
            self.choosing.set_value(false);
            self.items.with_untracked(|items| {
                items.iter().for_each(|item| drop(item.provider.set(self.chosen_provider())));
            });
            self.pump();
        }
    }

    /// No file is started until [`choose_provider`](Self::choose_provider) is called: it is being found out which
    /// providers there are.
    pub fn await_provider(&self) {
        self.choosing.set_value(true);
    }

    /// The provider that is chosen now.
    pub fn chosen_provider(&self) -> Option<String> {
        self.options.with_value(|options| options.provider.clone())
    }

    /// Of a file that is added now: it is told later, if it is not known yet.
    pub(super) fn provider_now(&self) -> Rc<OnceCell<Option<String>>> {
        Rc::new(if self.choosing.get_value() { OnceCell::new() } else { OnceCell::from(self.chosen_provider()) })
    }
}
