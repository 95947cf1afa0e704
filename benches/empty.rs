//! A program that does nothing: the least that starting one takes.

fn main() {}
