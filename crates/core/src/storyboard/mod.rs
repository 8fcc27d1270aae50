//! Storyboards: sheets of tiles, one tile per interval of the video.
