//! Codes in the order of rows, widened as the dictionary grows.

use crate::segment::Codes;
use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use std::ops::Range;

/// Codes as they are given out while rows arrive: dense from 0 on, so that their width is always that of the finished
/// dictionary.
#[derive(Debug)]
pub(super) enum CodeVec {
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

impl CodeVec {
    pub(super) fn new() -> Self {
        Self::U8(Vec::new())
    }

    /// Makes room for so many more codes, at any width.
    pub(super) fn reserve(&mut self, more: usize) {
        match self {
            Self::U8(codes) => codes.reserve_exact(more),
            Self::U16(codes) => codes.reserve_exact(more),
            Self::U32(codes) => codes.reserve_exact(more),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::U8(codes) => codes.len(),
            Self::U16(codes) => codes.len(),
            Self::U32(codes) => codes.len(),
        }
    }

    pub(super) fn get(&self, at: usize) -> u32 {
        match self {
            Self::U8(codes) => codes[at].into(),
            Self::U16(codes) => codes[at].into(),
            Self::U32(codes) => codes[at],
        }
    }

    pub(super) fn push(&mut self, code: u32) {
        loop {
            match self {
                Self::U8(codes) => match u8::try_from(code) {
                    Ok(code) => return codes.push(code),
                    Err(_) => *self = Self::U16(wider(codes)),
                },
                Self::U16(codes) => match u16::try_from(code) {
                    Ok(code) => return codes.push(code),
                    Err(_) => *self = Self::U32(wider(codes)),
                },
                Self::U32(codes) => return codes.push(code),
            }
        }
    }

    /// Appends codes of another dictionary, each replaced by its entry in `names`; the largest of these stands for one
    /// of the codes.
    pub(super) fn extend(&mut self, codes: &Codes, places: &[Range<usize>], names: &[u32]) {
        self.widen_for(names.iter().copied().max().unwrap_or_default());
        for place in places.iter().cloned() {
            match codes {
                Codes::U8(codes) => self.extend_from(&codes[place], names),
                Codes::U16(codes) => self.extend_from(&codes[place], names),
                Codes::U32(codes) => self.extend_from(&codes[place], names),
            }
        }
    }

    fn widen_for(&mut self, code: u32) {
        let len = self.len();
        self.push(code);
        match self {
            Self::U8(codes) => codes.truncate(len),
            Self::U16(codes) => codes.truncate(len),
            Self::U32(codes) => codes.truncate(len),
        }
    }

    fn extend_from<T: ArrowNativeType>(&mut self, codes: &[T], names: &[u32]) {
        match self {
            Self::U8(own) => extend_with(own, codes, names),
            Self::U16(own) => extend_with(own, codes, names),
            Self::U32(own) => extend_with(own, codes, names),
        }
    }

    /// Appends all codes of another builder under their new names; the largest of these stands for one of the codes.
    pub(super) fn append(&mut self, other: &Self, names: &[u32]) {
        self.widen_for(names.iter().copied().max().unwrap_or_default());
        match other {
            Self::U8(codes) => self.extend_from(codes, names),
            Self::U16(codes) => self.extend_from(codes, names),
            Self::U32(codes) => self.extend_from(codes, names),
        }
    }

    /// The codes at `order`, each replaced by its entry in `ranks`, which has one for every code given out.
    pub(super) fn ranked(&self, order: impl Iterator<Item = u32>, ranks: &[u32]) -> Vec<u32> {
        match self {
            Self::U8(codes) => ranked(codes, order, ranks),
            Self::U16(codes) => ranked(codes, order, ranks),
            Self::U32(codes) => ranked(codes, order, ranks),
        }
    }

    /// Bytes reserved.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::U8(codes) => codes.capacity(),
            Self::U16(codes) => codes.capacity() * 2,
            Self::U32(codes) => codes.capacity() * 4,
        }
    }
}

/// The same codes, with room for as many.
fn wider<T: Copy, U: From<T>>(codes: &Vec<T>) -> Vec<U> {
    let mut wider = Vec::with_capacity(codes.capacity());
    wider.extend(codes.iter().map(|&code| U::from(code)));
    wider
}

/// Appends codes under their new names, each of which fits.
fn extend_with<T: ArrowNativeType, U: ArrowNativeType>(own: &mut Vec<T>, codes: &[U], names: &[u32]) {
    own.extend(codes.iter().map(|code| T::usize_as(names[code.as_usize()] as usize)));
}

fn ranked<T: ArrowNativeType>(codes: &[T], order: impl Iterator<Item = u32>, ranks: &[u32]) -> Vec<u32> {
    order.map(|at| ranks[codes[at as usize].as_usize()]).collect()
}

/// Codes below `entries`, each replaced by its entry in `names`, as narrow as that allows.
pub(super) fn narrow(codes: &[u32], names: &[u32], entries: usize) -> Codes {
    fn of<T: ArrowNativeType>(codes: &[u32], names: &[u32]) -> ScalarBuffer<T> {
        codes.iter().map(|&code| T::usize_as(names[code as usize] as usize)).collect::<Vec<T>>().into()
    }
    if entries <= 1 << u8::BITS {
        Codes::U8(of(codes, names))
    } else if entries <= 1 << u16::BITS {
        Codes::U16(of(codes, names))
    } else {
        Codes::U32(of(codes, names))
    }
}
