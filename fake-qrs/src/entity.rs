//! The kinds of record the repository knows: their paths, their names and the members a filter may speak of.
//!
//! This is the double's whole idea of the data model. It says what is *asked for*; what is *answered* are the records
//! as they were loaded, whether they follow this table or not.

/// What a member holds, as far as filters care.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Guid,
    Text,
    Date,
    Flag,
    Number,
    /// Written as a bare name or number.
    Enumeration,
    One(&'static [Field]),
    Many(&'static [Field]),
    TextList,
}

/// One member of a record.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
}

/// Which seat a record of this entity is; pools and everything else are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    Professional,
    Analyzer,
    User,
}

/// One kind of record.
#[derive(Debug)]
pub struct Entity {
    /// Below `/qrs/`, in lower case.
    pub path: &'static str,
    /// Its member in the data file.
    pub member: &'static str,
    pub schema_path: &'static str,
    /// What the list without `/full` shows of a record.
    pub condensed: &'static [&'static str],
    pub fields: &'static [Field],
    pub seat: Option<Seat>,
}

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind }
}

const NAMED: &[Field] = &[field("id", Kind::Guid), field("name", Kind::Text)];

const USER_CONDENSED: &[Field] = &[
    field("id", Kind::Guid),
    field("userId", Kind::Text),
    field("userDirectory", Kind::Text),
    field("userDirectoryConnectorName", Kind::Text),
    field("name", Kind::Text),
];

const ATTRIBUTE: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("attributeType", Kind::Text),
    field("attributeValue", Kind::Text),
    field("externalId", Kind::Text),
];

const DEFINITION: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("name", Kind::Text),
    field("valueType", Kind::Enumeration),
    field("choiceValues", Kind::TextList),
    field("objectTypes", Kind::TextList),
    field("description", Kind::Text),
];

const PROPERTY_VALUE: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("value", Kind::Text),
    field("definition", Kind::One(DEFINITION)),
];

const USER: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("userId", Kind::Text),
    field("userDirectory", Kind::Text),
    field("userDirectoryConnectorName", Kind::Text),
    field("name", Kind::Text),
    field("roles", Kind::TextList),
    field("attributes", Kind::Many(ATTRIBUTE)),
    field("inactive", Kind::Flag),
    field("removedExternally", Kind::Flag),
    field("blacklisted", Kind::Flag),
    field("deleteProhibited", Kind::Flag),
    field("tags", Kind::Many(NAMED)),
    field("customProperties", Kind::Many(PROPERTY_VALUE)),
];

const SEAT: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("user", Kind::One(USER_CONDENSED)),
    field("lastUsed", Kind::Date),
    field("excess", Kind::Flag),
    field("quarantined", Kind::Flag),
    field("quarantineEnd", Kind::Date),
    field("deletedUserId", Kind::Text),
    field("deletedUserDirectory", Kind::Text),
];

const POOL: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("name", Kind::Text),
    field("usedMinutes", Kind::Number),
    field("remainingMinutes", Kind::Number),
    field("assignedMinutes", Kind::Number),
    field("assignedUnits", Kind::Number),
    field("usedAccessTypes", Kind::Number),
    field("remainingAccessTypes", Kind::Number),
    field("assignedAccessTypes", Kind::Number),
    field("assignedTokens", Kind::Number),
];

const USAGE: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("useStartTime", Kind::Date),
    field("useStopTime", Kind::Date),
    field("latestActivity", Kind::Date),
    field("hostName", Kind::Text),
    field("sessionID", Kind::Text),
    field("user", Kind::One(USER_CONDENSED)),
];

const NODE: &[Field] = &[
    field("id", Kind::Guid),
    field("createdDate", Kind::Date),
    field("modifiedDate", Kind::Date),
    field("modifiedByUserName", Kind::Text),
    field("name", Kind::Text),
    field("hostName", Kind::Text),
    field("isCentral", Kind::Flag),
    field("nodePurpose", Kind::Enumeration),
    field("failoverCandidate", Kind::Flag),
];

const ID_ONLY: &[&str] = &["id", "privileges"];
const ID_AND_NAME: &[&str] = &["id", "name", "privileges"];

const fn entity(
    path: &'static str,
    member: &'static str,
    schema_path: &'static str,
    condensed: &'static [&'static str],
    fields: &'static [Field],
) -> Entity {
    Entity { path, member, schema_path, condensed, fields, seat: None }
}

const fn seat(path: &'static str, member: &'static str, schema_path: &'static str, seat: Seat) -> Entity {
    Entity { path, member, schema_path, condensed: ID_ONLY, fields: SEAT, seat: Some(seat) }
}

/// Every kind, in the order in which the store keeps its tables.
pub static ENTITIES: &[Entity] = &[
    entity(
        "user",
        "users",
        "User",
        &["id", "userId", "userDirectory", "userDirectoryConnectorName", "name", "privileges"],
        USER,
    ),
    seat(
        "license/professionalaccesstype",
        "professionalaccesstype",
        "License.ProfessionalAccessType",
        Seat::Professional,
    ),
    seat("license/analyzeraccesstype", "analyzeraccesstype", "License.AnalyzerAccessType", Seat::Analyzer),
    seat("license/useraccesstype", "useraccesstype", "License.UserAccessType", Seat::User),
    entity("license/loginaccesstype", "loginaccesstype", "License.LoginAccessType", ID_AND_NAME, POOL),
    entity(
        "license/analyzertimeaccesstype",
        "analyzertimeaccesstype",
        "License.AnalyzerTimeAccessType",
        ID_AND_NAME,
        POOL,
    ),
    entity("tag", "tags", "Tag", ID_AND_NAME, NAMED),
    entity(
        "custompropertydefinition",
        "custompropertydefinitions",
        "CustomPropertyDefinition",
        &["id", "name", "valueType", "choiceValues", "privileges"],
        DEFINITION,
    ),
    entity("servernodeconfiguration", "servernodeconfigurations", "ServerNodeConfiguration", ID_AND_NAME, NODE),
    entity("license/analyzeraccessusage", "analyzeraccessusage", "License.AnalyzerAccessUsage", ID_ONLY, USAGE),
    entity(
        "license/professionalaccessusage",
        "professionalaccessusage",
        "License.ProfessionalAccessUsage",
        ID_ONLY,
        USAGE,
    ),
    entity("license/useraccessusage", "useraccessusage", "License.UserAccessUsage", ID_ONLY, USAGE),
    entity("license/loginaccessusage", "loginaccessusage", "License.LoginAccessUsage", ID_ONLY, USAGE),
    entity(
        "license/analyzertimeaccessusage",
        "analyzertimeaccessusage",
        "License.AnalyzerTimeAccessUsage",
        ID_ONLY,
        USAGE,
    ),
    entity("license/analyzeraccessgroup", "analyzeraccessgroup", "License.AnalyzerAccessGroup", ID_AND_NAME, NAMED),
    entity(
        "license/professionalaccessgroup",
        "professionalaccessgroup",
        "License.ProfessionalAccessGroup",
        ID_AND_NAME,
        NAMED,
    ),
    entity("license/useraccessgroup", "useraccessgroup", "License.UserAccessGroup", ID_AND_NAME, NAMED),
    entity("license/loginaccessgroup", "loginaccessgroup", "License.LoginAccessGroup", ID_AND_NAME, NAMED),
];

/// Where an entity's table stands in the store.
pub const USERS: usize = 0;
pub const PROFESSIONAL: usize = 1;
pub const ANALYZER: usize = 2;
pub const USER_ACCESS: usize = 3;
pub const LOGIN: usize = 4;
pub const ANALYZER_TIME: usize = 5;
pub const TAGS: usize = 6;
pub const DEFINITIONS: usize = 7;
pub const NODES: usize = 8;

/// Tables that hold seats.
pub const SEATS: [usize; 3] = [PROFESSIONAL, ANALYZER, USER_ACCESS];

/// The table whose path this is; the longest path wins, the rest of the segments is returned.
pub fn find(segments: &[String]) -> Option<(usize, &[String])> {
    (1..=segments.len().min(2)).rev().find_map(|length| {
        let path = segments[..length].join("/");
        let table = ENTITIES.iter().position(|entity| entity.path == path)?;
        Some((table, &segments[length..]))
    })
}

/// The table of a schema path such as `License.AnalyzerAccessType`, in any case.
pub fn find_schema(schema_path: &str) -> Option<usize> {
    ENTITIES.iter().position(|entity| entity.schema_path.eq_ignore_ascii_case(schema_path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_table_constants_in_step_with_the_list() {
        let named = [USERS, PROFESSIONAL, ANALYZER, USER_ACCESS, LOGIN, ANALYZER_TIME, TAGS, DEFINITIONS, NODES]
            .map(|table| ENTITIES[table].member);
        assert_eq!(named[..4], ["users", "professionalaccesstype", "analyzeraccesstype", "useraccesstype"]);
        assert_eq!(named[4..6], ["loginaccesstype", "analyzertimeaccesstype"]);
        assert_eq!(named[6..], ["tags", "custompropertydefinitions", "servernodeconfigurations"]);
        assert!(SEATS.iter().all(|&table| ENTITIES[table].seat.is_some()));
    }
}
