//! Records in the shape in which generators write those of the contract, so that core's macros can be expanded here.

pub mod policy {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum LicenseType {
        Analyzer,
        Professional,
        User,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum LastUse {
        Never,
        Unknown,
        At(i64),
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Candidate {
        pub license_id: String,
        pub license_type: LicenseType,
        pub allocated_at: Option<i64>,
        pub last_use: LastUse,
        pub quarantined: bool,
        pub excess: bool,
        pub owner: Owner,
        pub other_seats: Vec<LicenseType>,
        pub rank: u32,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Owner {
        Known(KnownOwner),
        Deleted(DeletedOwner),
        Unresolved,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KnownOwner {
        pub user_directory: String,
        pub user_id: String,
        pub inactive: bool,
        pub blocked: bool,
        pub removed_externally: bool,
        pub tags: Vec<String>,
        pub custom_properties: Vec<Property>,
        pub roles: Vec<String>,
        pub attributes: Vec<Property>,
        pub display_name: Option<String>,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DeletedOwner {
        pub user_directory: String,
        pub user_id: String,
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Property {
        pub name: String,
        pub value: String,
    }

    pub struct RunContext {
        pub now: i64,
        pub pools: Vec<Pool>,
    }

    pub struct Pool {
        pub license_type: LicenseType,
        pub total: u32,
        pub allocated: u32,
        pub available: u32,
        pub excess: u32,
        pub quarantined: u32,
        pub candidates: u32,
    }

    pub enum Verdict {
        Keep,
        Release,
    }

    pub struct Decision {
        pub verdict: Verdict,
        pub rule: String,
        pub reason: String,
        pub priority: i32,
        pub flips_at: Option<i64>,
    }

    pub enum Outcome {
        Keeps,
        Releases,
        Passes,
    }

    pub struct RuleOutcome {
        pub rule: String,
        pub outcome: Outcome,
        pub evidence: String,
    }

    pub struct Rule {
        pub id: String,
        pub summary: String,
    }

    #[derive(PartialEq)]
    pub enum Fact {
        Roles,
        Attributes,
        DisplayName,
    }

    pub struct Description {
        pub name: String,
        pub version: String,
        pub summary: String,
        pub rules: Vec<Rule>,
        pub settings_schema: String,
        pub needs: Vec<Fact>,
    }
}

pub mod bulk {
    use std::ops::BitOrAssign;

    pub type LicenseType = super::policy::LicenseType;
    pub type LastUse = super::policy::LastUse;
    pub type Verdict = super::policy::Verdict;

    #[derive(Clone, Copy)]
    pub enum OwnerKind {
        Known,
        Deleted,
        Unresolved,
    }

    macro_rules! flags {
        ($name:ident { $($flag:ident = $bit:literal),+ }) => {
            #[derive(Clone, Copy)]
            pub struct $name(u8);

            impl $name {
                $(pub const $flag: Self = Self($bit);)+

                pub fn empty() -> Self {
                    Self(0)
                }

                pub fn contains(self, other: Self) -> bool {
                    self.0 & other.0 == other.0
                }
            }

            impl BitOrAssign for $name {
                fn bitor_assign(&mut self, other: Self) {
                    self.0 |= other.0;
                }
            }
        };
    }

    flags!(SeatFlags { QUARANTINED = 1, EXCESS = 2 });
    flags!(OwnerFlags { INACTIVE = 1, BLOCKED = 2, REMOVED_EXTERNALLY = 4 });

    #[derive(Clone, Copy)]
    pub struct Pair {
        pub name: u32,
        pub value: u32,
    }

    pub struct TextLists {
        pub items: Vec<u32>,
        pub ends: Vec<u32>,
    }

    pub struct PairLists {
        pub items: Vec<Pair>,
        pub ends: Vec<u32>,
    }

    pub struct LicenseTypeLists {
        pub items: Vec<LicenseType>,
        pub ends: Vec<u32>,
    }

    pub struct Columns {
        pub strings: Vec<String>,
        pub license_ids: Vec<u32>,
        pub license_types: Vec<LicenseType>,
        pub allocated_at: Vec<Option<i64>>,
        pub last_use: Vec<LastUse>,
        pub seats: Vec<SeatFlags>,
        pub owners: Vec<OwnerKind>,
        pub user_directories: Vec<u32>,
        pub user_ids: Vec<u32>,
        pub owner_flags: Vec<OwnerFlags>,
        pub tags: TextLists,
        pub custom_properties: PairLists,
        pub roles: TextLists,
        pub attributes: PairLists,
        pub display_names: Vec<Option<u32>>,
        pub other_seats: LicenseTypeLists,
        pub ranks: Vec<u32>,
    }

    pub struct Outline {
        pub verdict: Verdict,
        pub rule: u32,
        pub priority: i32,
        pub flips_at: Option<i64>,
    }
}
