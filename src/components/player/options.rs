//! How a player starts: the attributes that HTML knows for it, as types.

/// Whether the player plays without being asked to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Autoplay {
    /// It waits for the user.
    #[default]
    Off,
    /// With sound; without where the browser refuses that, and then the picture offers the sound. Where the browser
    /// refuses this as well, the player waits for the user.
    On,
    /// Without sound, which the picture offers.
    Muted,
}

impl From<bool> for Autoplay {
    fn from(on: bool) -> Self {
        if on { Self::On } else { Self::Off }
    }
}

impl Autoplay {
    /// As an attribute says it: absent or `false`, `muted`, or anything else for yes.
    pub fn from_attribute(value: Option<&str>) -> Self {
        match value {
            None | Some("false") => Self::Off,
            Some("muted") => Self::Muted,
            Some(_) => Self::On,
        }
    }
}

/// What is fetched before the user wants to play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preload {
    /// Nothing at all, not even the engine.
    None,
    /// Enough for the first frame: the playlists and the first segment.
    #[default]
    Metadata,
    /// As much as if it played.
    Auto,
}

impl Preload {
    /// As HTML reads the attribute: `none`, `auto` or nothing for auto, and whatever else for metadata.
    pub fn from_attribute(value: Option<&str>) -> Self {
        match value {
            Some("none") => Self::None,
            Some("auto" | "") => Self::Auto,
            _ => Self::Metadata,
        }
    }

    /// As HTML writes the attribute.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Metadata => "metadata",
            Self::Auto => "auto",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_read_as_html_does() {
        assert_eq!(Autoplay::from_attribute(None), Autoplay::Off);
        assert_eq!(Autoplay::from_attribute(Some("")), Autoplay::On);
        assert_eq!(Autoplay::from_attribute(Some("muted")), Autoplay::Muted);
        assert_eq!(Autoplay::from_attribute(Some("false")), Autoplay::Off);
        for preload in [Preload::None, Preload::Metadata, Preload::Auto] {
            assert_eq!(Preload::from_attribute(Some(preload.attribute())), preload);
        }
        assert_eq!(Preload::from_attribute(Some("")), Preload::Auto);
        assert_eq!(Preload::from_attribute(None), Preload::Metadata);
    }
}
