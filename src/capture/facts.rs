//! What `netsh` says of ports, of one machine.

use std::collections::HashMap;

use super::{Part, StatedFact};
use crate::fact::PortFact;
use crate::parse::{Records, Section, Source};
use crate::record::{Family, Protocol};

/// In the order of the lines. A whole list of excluded ranges stands for those before it.
pub(super) fn of<'a>(group: &[Part<'a>]) -> Vec<StatedFact<'a>> {
    let sections = || {
        let of_part = |part: &Part<'a>| (part.source, part.sections.clone());
        let parts = group.iter().map(of_part);
        parts.flat_map(|(source, sections)| sections.into_iter().map(move |one| (source, one)))
    };
    let mut last_of: HashMap<(Protocol, Option<Family>), usize> = HashMap::new();
    for (index, (_, section)) in sections().enumerate() {
        if let Records::Facts { excluded_for: Some(listed), .. } = section.records {
            last_of.insert(listed, index);
        }
    }
    let of_section = |(index, (source, section)): (usize, (&'a Source, &'a Section))| {
        let facts = match &section.records {
            Records::Facts { facts, .. } => facts.as_slice(),
            _ => &[],
        };
        let is_newest = |fact: &&PortFact| match fact {
            PortFact::Excluded(range) => {
                last_of.get(&(range.protocol, range.family)).is_none_or(|last| index >= *last)
            }
            _ => true,
        };
        let facts: Vec<_> = facts.iter().filter(is_newest).collect();
        facts.into_iter().map(move |fact| StatedFact { source, fact })
    };
    sections().enumerate().flat_map(of_section).collect()
}

/// Of which protocols, and families, it has all excluded ranges.
pub(super) fn exclusions_listed(part: &Part<'_>) -> Vec<(Protocol, Option<Family>)> {
    let of_section = |section: &&Section| match &section.records {
        Records::Facts { excluded_for, .. } => *excluded_for,
        _ => None,
    };
    part.sections.iter().filter_map(of_section).collect()
}
