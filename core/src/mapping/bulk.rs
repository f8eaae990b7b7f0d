//! The one mapping between columns and the records of the contract's interface `bulk`.

/// Expands to free functions between [`crate::columns`] and the bindings of `bulk` in the module at the given path.
/// To be used once in a module of its own, beside the one of [`crate::policy_mapping`].
#[macro_export]
macro_rules! bulk_mapping {
    ($($bindings:tt)+) => {
        use $($bindings)+ as wit;

        pub fn columns_to_wit(columns: $crate::columns::Columns<'_>) -> wit::Columns {
            wit::Columns {
                strings: columns.strings.into_iter().map(str::to_owned).collect(),
                license_ids: columns.license_ids,
                license_types: columns.license_types.into_iter().map(license_type_to_wit).collect(),
                allocated_at: columns.allocated_at.into_iter().map(|at| at.map(|at| at.millis())).collect(),
                last_use: columns.last_use.into_iter().map(last_use_to_wit).collect(),
                seats: columns.seats.into_iter().map(seat_flags_to_wit).collect(),
                owners: columns.owners.into_iter().map(owner_kind_to_wit).collect(),
                user_directories: columns.user_directories,
                user_ids: columns.user_ids,
                owner_flags: columns.owner_flags.into_iter().map(owner_flags_to_wit).collect(),
                tags: text_lists_to_wit(columns.tags),
                custom_properties: pair_lists_to_wit(columns.custom_properties),
                roles: text_lists_to_wit(columns.roles),
                attributes: pair_lists_to_wit(columns.attributes),
                display_names: columns.display_names,
                other_seats: wit::LicenseTypeLists {
                    items: columns.other_seats.items.into_iter().map(license_type_to_wit).collect(),
                    ends: columns.other_seats.ends,
                },
                ranks: columns.ranks,
            }
        }

        fn license_type_to_wit(license_type: $crate::license_type::LicenseType) -> wit::LicenseType {
            match license_type {
                $crate::license_type::LicenseType::Analyzer => wit::LicenseType::Analyzer,
                $crate::license_type::LicenseType::Professional => wit::LicenseType::Professional,
                $crate::license_type::LicenseType::User => wit::LicenseType::User,
            }
        }

        fn last_use_to_wit(last_use: $crate::snapshot::LastUse) -> wit::LastUse {
            match last_use {
                $crate::snapshot::LastUse::Never => wit::LastUse::Never,
                $crate::snapshot::LastUse::Unknown => wit::LastUse::Unknown,
                $crate::snapshot::LastUse::At(at) => wit::LastUse::At(at.millis()),
            }
        }

        fn owner_kind_to_wit(kind: $crate::columns::OwnerKind) -> wit::OwnerKind {
            match kind {
                $crate::columns::OwnerKind::Known => wit::OwnerKind::Known,
                $crate::columns::OwnerKind::Deleted => wit::OwnerKind::Deleted,
                $crate::columns::OwnerKind::Unresolved => wit::OwnerKind::Unresolved,
            }
        }

        fn seat_flags_to_wit(seat: $crate::columns::SeatFlags) -> wit::SeatFlags {
            let mut flags = wit::SeatFlags::empty();
            if seat.quarantined {
                flags |= wit::SeatFlags::QUARANTINED;
            }
            if seat.excess {
                flags |= wit::SeatFlags::EXCESS;
            }
            flags
        }

        fn owner_flags_to_wit(owner: $crate::columns::OwnerFlags) -> wit::OwnerFlags {
            let mut flags = wit::OwnerFlags::empty();
            if owner.inactive {
                flags |= wit::OwnerFlags::INACTIVE;
            }
            if owner.blocked {
                flags |= wit::OwnerFlags::BLOCKED;
            }
            if owner.removed_externally {
                flags |= wit::OwnerFlags::REMOVED_EXTERNALLY;
            }
            flags
        }

        fn text_lists_to_wit(lists: $crate::columns::Lists<$crate::columns::Text>) -> wit::TextLists {
            wit::TextLists { items: lists.items, ends: lists.ends }
        }

        fn pair_lists_to_wit(lists: $crate::columns::Lists<$crate::columns::Pair>) -> wit::PairLists {
            let pair = |pair: $crate::columns::Pair| wit::Pair { name: pair.name, value: pair.value };
            wit::PairLists { items: lists.items.into_iter().map(pair).collect(), ends: lists.ends }
        }

        /// What the policy answered about `seats` seats.
        ///
        /// # Errors
        /// When it cannot be the answer of a sane policy.
        pub fn outlines_from_wit(
            answer: Vec<wit::Outline>,
            seats: usize,
            rules: &$crate::columns::RuleNames,
        ) -> Result<Vec<$crate::decision::Outline>, $crate::policy::Fault> {
            let answers = answer.into_iter().map(|outline| $crate::columns::Answer {
                verdict: match outline.verdict {
                    wit::Verdict::Keep => $crate::decision::Verdict::Keep,
                    wit::Verdict::Release => $crate::decision::Verdict::Release,
                },
                rule: outline.rule,
                priority: outline.priority,
                flips_at: outline.flips_at,
            });
            $crate::columns::outlines(seats, answers, rules)
        }
    };
}
