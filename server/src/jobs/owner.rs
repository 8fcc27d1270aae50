//! How a worker shows that it lives: by a lock on a file, which the kernel lets go when the process ends, however it
//! ends. So what a killed worker had leased is free as soon as another looks.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

/// A worker's name, and the lock that says it lives.
#[derive(Debug)]
pub struct Owner {
    id: String,
    root: PathBuf,
    _lock: File,
}

impl Owner {
    /// A new worker over this data directory. What dead ones have left in their scratch folders is removed.
    ///
    /// # Errors
    /// Where the folders can't be made.
    pub fn register(data_dir: &Path) -> io::Result<Self> {
        let root = data_dir.join("workers");
        std::fs::create_dir_all(&root)?;
        for entry in std::fs::read_dir(&root)?.flatten() {
            let name = entry.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(".lock")).unwrap_or_default();
            if !id.is_empty() && is_dead(&root, id)? {
                remove(&root, id)?;
            }
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        let lock = File::create(lock_path(&root, &id))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        std::fs::create_dir_all(root.join(&id))?;
        Ok(Self { id, root, _lock: lock })
    }

    /// The name that stands in the leases.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The folder for what is in the making. It goes when the worker goes.
    pub fn scratch(&self) -> PathBuf {
        self.root.join(&self.id)
    }

    /// Whether the worker of that name is known to be dead.
    ///
    /// # Errors
    /// The disk's.
    pub fn knows_dead(&self, id: &str) -> io::Result<bool> {
        if id == self.id { Ok(false) } else { is_dead(&self.root, id) }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // What stays is removed by the next worker.
        let _ = remove(&self.root, &self.id);
    }
}

fn lock_path(root: &Path, id: &str) -> PathBuf {
    root.join(format!("{id}.lock"))
}

fn is_dead(root: &Path, id: &str) -> io::Result<bool> {
    match File::open(lock_path(root, id)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
        Ok(file) => match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        },
    }
}

fn remove(root: &Path, id: &str) -> io::Result<()> {
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    gone(std::fs::remove_dir_all(root.join(id)))?;
    gone(std::fs::remove_file(lock_path(root, id)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_worker_is_dead_once_nobody_holds_its_lock() {
        let data = tempfile::tempdir().unwrap();
        let first = Owner::register(data.path()).unwrap();
        let second = Owner::register(data.path()).unwrap();
        assert!(!second.knows_dead(first.id()).unwrap());
        assert!(!second.knows_dead(second.id()).unwrap(), "oneself lives");
        let id = first.id().to_owned();
        drop(first);
        assert!(second.knows_dead(&id).unwrap());
    }

    #[test]
    fn what_a_killed_worker_left_is_removed_by_the_next() {
        let data = tempfile::tempdir().unwrap();
        let killed = data.path().join("workers/killed");
        std::fs::create_dir_all(killed.join("7")).unwrap();
        File::create(data.path().join("workers/killed.lock")).unwrap();
        let living = Owner::register(data.path()).unwrap();
        std::fs::write(living.scratch().join("kept"), "x").unwrap();
        let _next = Owner::register(data.path()).unwrap();
        assert!(!killed.exists());
        assert!(living.scratch().join("kept").exists());
    }
}
