//! Boxes and elements, made by hand: a header in a few lines.

/// A box.
pub fn boxed(kind: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    [&(content.len() as u32 + 8).to_be_bytes(), kind.as_slice(), &content].concat()
}

/// The header of a box with a size of 64 bits, its own 16 bytes included.
pub fn long_header(kind: &[u8; 4], content: u64) -> Vec<u8> {
    [1_u32.to_be_bytes().as_slice(), kind, &(content + 16).to_be_bytes()].concat()
}

pub fn u16s(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

pub fn u32s(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

pub fn ftyp(brand: &[u8; 4]) -> Vec<u8> {
    boxed(b"ftyp", &[brand, &[0; 4], brand])
}

/// `mvhd` of so many milliseconds.
pub fn mvhd(milliseconds: u32) -> Vec<u8> {
    boxed(b"mvhd", &[&u32s(&[0, 0, 0, 1000, milliseconds]), &[0; 80]])
}

/// Right, and upright, as the first two rows of a matrix have them.
pub const UPRIGHT: [i32; 4] = [1, 0, 0, 1];

/// A track of MP4, to be changed before it is written.
pub struct Trak {
    pub id: u32,
    pub handler: [u8; 4],
    pub matrix: [i32; 4],
    pub timescale: u32,
    /// In the timescale's units.
    pub duration: u32,
    /// The sample entry.
    pub entry: Vec<u8>,
    /// Counts and lengths of samples.
    pub times: Vec<(u32, u32)>,
    pub samples: u32,
    /// Numbers of samples, counted from 1.
    pub keys: Vec<u32>,
}

impl Trak {
    pub fn video(entry: Vec<u8>) -> Self {
        Self {
            id: 1,
            handler: *b"vide",
            matrix: UPRIGHT,
            timescale: 30_000,
            duration: 300_300,
            entry,
            times: vec![(300, 1001)],
            samples: 300,
            keys: vec![1, 151],
        }
    }

    pub fn audio(entry: Vec<u8>) -> Self {
        let times = vec![(469, 1024)];
        Self {
            id: 2,
            handler: *b"soun",
            timescale: 48_000,
            duration: 480_000,
            times,
            samples: 469,
            ..Self::video(entry)
        }
    }

    pub fn write(&self) -> Vec<u8> {
        let [a, b, c, d] = self.matrix.map(|one| (one << 16) as u32);
        let matrix = u32s(&[a, b, 0, c, d, 0, 0, 0, 0x4000_0000]);
        let tkhd = boxed(b"tkhd", &[&u32s(&[3, 0, 0, self.id, 0, 1000]), &[0; 16], &matrix, &u32s(&[0, 0])]);
        let mdhd = boxed(b"mdhd", &[&u32s(&[0, 0, 0, self.timescale, self.duration, 0])]);
        let hdlr = boxed(b"hdlr", &[&u32s(&[0, 0]), &self.handler, &[0; 13]]);
        let stsd = boxed(b"stsd", &[&u32s(&[0, 1]), &self.entry]);
        let times: Vec<u8> = self.times.iter().flat_map(|(count, each)| u32s(&[*count, *each])).collect();
        let stts = boxed(b"stts", &[&u32s(&[0, self.times.len() as u32]), &times]);
        let stsz = boxed(b"stsz", &[&u32s(&[0, 1000, self.samples])]);
        let stss = boxed(b"stss", &[&u32s(&[0, self.keys.len() as u32]), &u32s(&self.keys)]);
        let stbl = boxed(b"stbl", &[&stsd, &stts, &stss, &stsz]);
        let minf = boxed(b"minf", &[&boxed(b"vmhd", &[&[0; 12]]), &stbl]);
        boxed(b"trak", &[&tkhd, &boxed(b"mdia", &[&mdhd, &hdlr, &minf])])
    }
}

/// A visual sample entry of 1280 × 720 with these boxes.
pub fn visual(kind: &[u8; 4], boxes: &[&[u8]]) -> Vec<u8> {
    let fixed = [&[0; 24], u16s(&[1280, 720]).as_slice(), &[0; 50]].concat();
    boxed(kind, &[&fixed, &boxes.concat()])
}

/// An audio sample entry with these boxes.
pub fn sound(kind: &[u8; 4], boxes: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&[0; 28], &boxes.concat()])
}

/// H.264, High profile, level 4.0.
pub fn avc() -> Vec<u8> {
    visual(b"avc1", &[&boxed(b"avcC", &[&[1, 0x64, 0, 0x28, 0xff, 0xe1]])])
}

/// AAC-LC, in descriptors as most writers make them: each length in four bytes.
pub fn esds(object: u8, specific: &[u8]) -> Vec<u8> {
    let sized = |tag: u8, content: &[u8]| [&[tag, 0x80, 0x80, 0x80, content.len() as u8], content].concat();
    let config = sized(4, &[&[object, 0x15], [0; 11].as_slice(), &sized(5, specific)].concat());
    boxed(b"esds", &[&[0; 4], &sized(3, &[&[0, 1, 0], config.as_slice()].concat())])
}

pub fn aac() -> Vec<u8> {
    sound(b"mp4a", &[&esds(0x40, &[0x11, 0x90])])
}

/// A `moov` of ten seconds with these tracks.
pub fn moov(tracks: &[Trak]) -> Vec<u8> {
    let tracks: Vec<u8> = tracks.iter().flat_map(Trak::write).collect();
    boxed(b"moov", &[&mvhd(10_000), &tracks])
}

/// An element. Its size is written in eight bytes, as live writers do.
pub fn element(id: u32, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    [name(id).as_slice(), &(1 << 56 | content.len() as u64).to_be_bytes(), &content].concat()
}

/// The beginning of an element of unknown size.
pub fn endless(id: u32) -> Vec<u8> {
    [name(id).as_slice(), &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat()
}

fn name(id: u32) -> Vec<u8> {
    id.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()
}

/// An element with a number in it.
pub fn number(id: u32, value: u32) -> Vec<u8> {
    element(id, &[&value.to_be_bytes()])
}
