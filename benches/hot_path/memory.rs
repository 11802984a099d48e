//! How fast memory is read: what a scan could reach at best.

use criterion::{BenchmarkId, Criterion, Throughput};
use std::hint::black_box;

/// Far more than the caches hold.
const BYTES: usize = 512 << 20;

pub(crate) fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("memory/read");
    group.sample_size(10).throughput(Throughput::Bytes(BYTES as u64));
    let words: Vec<u64> = (0..(BYTES / size_of::<u64>()) as u64).collect();
    for threads in [1, 2] {
        group.bench_function(BenchmarkId::from_parameter(threads), |bencher| {
            bencher.iter(|| sum(black_box(&words), threads));
        });
    }
    group.finish();
}

fn sum(words: &[u64], threads: usize) -> u64 {
    let add = |words: &[u64]| words.iter().fold(0_u64, |sum, word| sum.wrapping_add(*word));
    std::thread::scope(|scope| {
        let parts = words.chunks(words.len().div_ceil(threads));
        let sums: Vec<_> = parts.map(|part| scope.spawn(move || add(part))).collect();
        sums.into_iter().map(|sum| sum.join().expect("a sum")).fold(0, u64::wrapping_add)
    })
}
